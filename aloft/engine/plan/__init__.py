"""What publishing a text would do: read over the live state by the evaluator that decides, changing nothing."""
