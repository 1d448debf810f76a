"""The shipped models: arrays and JSON, with a card each. `cleaner.modelstore` loads them."""
