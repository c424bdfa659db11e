raise RuntimeError('an old copy')
