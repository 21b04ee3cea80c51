def multi_hot(texts, vocabulary):
    """1 at each word that occurs; the first place is for all that are not in the vocabulary."""
    x = np.zeros((len(texts), len(vocabulary)), "uint8")
    for row, text in zip(x, texts):
        row[[vocabulary.get(word, 0) for word in tokens(text)]] = 1
    return x
