def split(classes, share, seed):
    """Training and test rows, with this share of every class for the test."""
    train, test = [], []
    wanted = {c: int(np.sum(classes == c) * share + 0.5) for c in np.unique(classes)}
    for row in shuffled(len(classes), seed):
        held_out = wanted[classes[row]] > 0
        wanted[classes[row]] -= held_out
        (test if held_out else train).append(row)
    return np.array(train), np.array(test)
