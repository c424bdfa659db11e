from .attention import context, weights
from .masks import *
