"""What all pages share: page or fragment, forms, words, sign-in, errors."""
