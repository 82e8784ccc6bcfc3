"""What whoever runs an installation asks it: is it alive, is it ready, how is it doing, what does it say."""
