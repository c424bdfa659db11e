raise RuntimeError("HOLE: this may never be imported in the place of another")
