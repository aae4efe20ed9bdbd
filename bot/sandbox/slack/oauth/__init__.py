"""Installing the app by OAuth: the page where a person says yes, and the code that the app exchanges."""
