def weights(:
    pass
