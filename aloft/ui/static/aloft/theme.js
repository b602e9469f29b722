// Runs before the first paint, so that a chosen theme does not flash. Without a choice the system's is followed.
const chosenTheme = localStorage.getItem("aloft.theme");
if (chosenTheme) document.documentElement.dataset.theme = chosenTheme;
