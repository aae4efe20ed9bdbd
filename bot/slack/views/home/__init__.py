"""The pages of the app, on the Home tab and in modals: pure, models in and blocks out; one file a page."""
