# The house commands. Each installs what it needs from Debian, says so, and builds before it runs.
#
#   make demo    build, then feed three weeks of an invented town's chatter through the real thing and show the trends in it
#   make test    build with sanitizers and run every test; ends with one line "N passed, N failed"
#   make build   only the release binary, build/bellwether
#   make fuzz    libFuzzer targets for everything that parses (needs clang), FUZZ_SECONDS each
#   make bench   ratios against SQLite FTS5 and nginx in the same run (wrk and nginx where they are), over BENCH_POSTS or the invented town
#   make soak    the live page for ten minutes at 500 posts a second (SOAK_SECONDS, SOAK_RATE)
#   make clean   remove the build folders

MESON_RELEASE = --buildtype=release -Dtests=false
MESON_TEST    = --buildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false

.PHONY: demo test build fuzz bench soak clean packages

demo: build
	@build/bellwether demo

build: packages
	@test -f build/build.ninja || meson setup build $(MESON_RELEASE) >build.log 2>&1 || { cat build.log; exit 1; }
	@rm -f build.log
	@ninja -C build

test: packages
	@test -f build-test/build.ninja || meson setup build-test $(MESON_TEST)
	@sh tools/install_packages.sh packaging/debian-packages-servers.txt
	@sh tests/servers/install.sh build-test/servers.log & \
		ninja -C build-test; built=$$?; wait; cat build-test/servers.log; exit $$built
	@python3 tools/run_tests.py build-test

FUZZ_SECONDS ?= 60
FUZZERS = \
	mail \
	nostr \
	webhook \
	websocket \
	text \
	html \
	bluesky \
	feed \
	mastodon \
	post \
	query \
	table \
	source \
	hackernews \
	http \
	settings \
	api
fuzz: packages
	@test -f build-fuzz/build.ninja || CC=clang CXX=clang++ meson setup build-fuzz -Dfuzzers=true -Dtests=false -Db_sanitize=address,undefined -Db_lundef=false
	@ninja -C build-fuzz
	@for name in $(FUZZERS); do mkdir -p build-fuzz/corpus/$$name; \
		build-fuzz/tests/fuzz/fuzz_$$name -max_total_time=$(FUZZ_SECONDS) -max_len=2000 -detect_leaks=0 -artifact_prefix=build-fuzz/$$name- \
			build-fuzz/corpus/$$name tests/fuzz/corpus/$$name || exit 1; done

BENCH_POSTS ?= build/bench-data/clients/demo/town.jsonl
bench: build
	@ninja -C build bench/bench_queries
	@test -f "$(BENCH_POSTS)" || build/bellwether --data build/bench-data -q demo --report >/dev/null
	@build/bench/bench_queries "$(BENCH_POSTS)"
	@sh bench/serve.sh build/bellwether "$(BENCH_POSTS)"

soak: build
	@BELLWETHER=$(CURDIR)/build/bellwether SOURCE_ROOT=$(CURDIR) SCREENSHOTS=$(CURDIR)/build/screenshots \
		node --test-reporter=./tests/browser/reporter.mjs tests/browser/soak/live.mjs

clean:
	@rm -rf build build-test build-fuzz

packages:
	@sh tools/install_packages.sh
