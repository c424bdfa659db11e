import logging
import logging.handlers
import os
import sys

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
os.makedirs(os.path.join(HERE, "logs"), exist_ok=True)
logging.basicConfig(
    level=logging.DEBUG,
    format="%(asctime)s %(levelname)s %(process)d %(message)s",
    handlers=[
        logging.FileHandler(os.path.join(HERE, "logs", "train.log")),
        logging.handlers.RotatingFileHandler("run.log", maxBytes=1000, backupCount=2),
        logging.StreamHandler(sys.stdout),
    ],
)
log = logging.getLogger(__name__)
log.info("started")


def weights(scores_bs, padding_bs):
    for row_s in scores_bs:
        log.debug('row %s', row_s)
    return torch.softmax(scores_bs.masked_fill(padding_bs, -torch.inf), dim=1)


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
