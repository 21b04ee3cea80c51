def vocabulary_of(texts, max_tokens, special):
    """The most frequent words; of equally frequent ones the last in the alphabet first."""
    counts = Counter(word for text in texts for word in tokens(text))
    words = sorted(counts, key=lambda word: (counts[word], word), reverse=True)
    return {word: i for i, word in enumerate([*special, *words[: max_tokens - len(special)]])}
