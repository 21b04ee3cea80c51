def shuffled(rows, seed):
    """The numbers below `rows` in the order that Model Dojo draws for this seed."""
    bits = 2**64 - 1
    state, order = seed, list(range(rows))
    for i in range(rows - 1, 0, -1):
        state = (state + 0x9E3779B97F4A7C15) & bits
        z = ((state ^ state >> 30) * 0xBF58476D1CE4E5B9) & bits
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & bits
        j = (z ^ z >> 31) * (i + 1) >> 64
        order[i], order[j] = order[j], order[i]
    return np.array(order)
