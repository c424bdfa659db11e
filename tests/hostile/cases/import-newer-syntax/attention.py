type Rows[T: (int, float)] = list[T]


def weights[T](scores_bs: T, padding_bs: T) -> T:
    return t'{scores_bs}'


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
