def tokens(text):
    """Words as Keras' TextVectorization cuts them: lower case, without punctuation."""
    return re.sub(rb"[!-/:-@\[-`{-~]", b"", text.encode().lower()).split()
