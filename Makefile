# A thin face of dev.py, which also works without make.
.DEFAULT_GOAL := help
.PHONY: help demo test check bench lab run lock

help demo test check bench lab run lock:
	@python3 dev.py $@
