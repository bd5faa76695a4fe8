// Reloading or going back must not bring the ballot's form again.

history.replaceState(null, "", "/v");
