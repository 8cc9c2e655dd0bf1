"""The recipe that makes the bundled model, and that trains models of your own."""
