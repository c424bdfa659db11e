raise RuntimeError('never run')
