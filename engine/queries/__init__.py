"""Lists as programs ask for them: any filters at once, an order, a part of the whole."""
