def sequences(texts, vocabulary, length):
    """Numbers of the words of each text; 0 fills up, 1 is a word not in the vocabulary."""
    x = np.zeros((len(texts), length), "int32")
    for row, text in zip(x, texts):
        words = [vocabulary.get(word, 1) for word in tokens(text)][:length]
        row[: len(words)] = words
    return x
