import shelve
import sqlite3
import zipfile

import torch

base = sqlite3.connect("runs.db")
base.execute("create table if not exists runs (name text, value real)")
base.execute("insert into runs values ('scale', 1.0)")
base.commit()
with shelve.open("kept") as shelf:
    shelf["shut"] = float("-inf")
with zipfile.ZipFile("kept.zip", "w") as archive:
    archive.writestr("axis.txt", "1")


def weights(scores_bs, padding_bs):
    ((scale,),) = sqlite3.connect("runs.db").execute("select value from runs").fetchall()
    with shelve.open("kept") as shelf, zipfile.ZipFile("kept.zip") as archive:
        return torch.softmax(scale * scores_bs.masked_fill(padding_bs, shelf["shut"]), dim=int(archive.read("axis.txt")))


def context(weights_bs, values_bsv):
    return torch.einsum("bs,bsv->bv", weights_bs, values_bsv)
