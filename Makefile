# `make run` starts the site, `make test` checks it. Both need make and Python 3.11 or newer.

PYTHON ?= python3
BIN = .venv/bin
SUITE = $(BIN)/pytest -n 2 --ignore=tests/live --ignore=tests/bench
AS_ON_A_LAPTOP = env -u DATABASE_URL -u REDIS_URL

.PHONY: run test suite everything test-live bench lint messages clean tools

# HOST=0.0.0.0 for everybody in the local network, PORT=8001 for another port.
run:
	@$(PYTHON) deploy/start.py

test: lint
	$(AS_ON_A_LAPTOP) DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py makemigrations --check
	@$(MAKE) --no-print-directory $(if $(filter 1,$(SPEAN_NOTHING_SKIPPED)),everything,suite)

# What needs no server. With DATABASE_URL set, on that database.
suite:
	$(SUITE)
	@echo
	@echo '======================================================================'
	@echo 'LEFT OUT, because it needs PostgreSQL, Redis or Chromium:'
	@echo '  the real site in a real browser, with a worker    make test-live'
	@echo '  this suite on PostgreSQL    DATABASE_URL=postgres://user:password@127.0.0.1/name make test'
	@echo '  all of it on a machine made for tests, as root    .ci/run'
	@echo '======================================================================'

# Nothing may be skipped: tests/conftest.py makes a skip a failure.
everything:
	@test -n "$$DATABASE_URL" || { echo 'DATABASE_URL names no PostgreSQL.' >&2; exit 1; }
	@echo 'The suite on SQLite, jobs over a folder'
	$(AS_ON_A_LAPTOP) $(SUITE)
	@echo 'The suite on PostgreSQL, jobs over Redis'
	$(SUITE)
	@echo 'The running site'
	$(BIN)/pytest tests/live

test-live: tools
	$(BIN)/pytest tests/live

bench: tools
	$(BIN)/pytest tests/bench -s

lint: tools
	$(BIN)/ruff check
	$(BIN)/ruff format --check

# Collect the texts of the interface for translation. Needs GNU gettext.
messages: tools
	$(BIN)/python manage.py makemessages -l km --no-location --no-obsolete --ignore var --ignore staticfiles

# What the two commands made, but not the data in var/.
clean:
	rm -rf .venv staticfiles var/built .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete

tools:
	@$(PYTHON) deploy/start.py --install-dev
