"""The customers' page: one HTML file that verifies a publication and one account in a browser, without any network."""
