"""Pages where rules are composed, previewed, published and watched."""
