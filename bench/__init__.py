"""CPU per request of the shop's pages over that of an empty Django view: a ratio that holds on any machine."""
