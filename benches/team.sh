#!/bin/sh
# The shared history under load, with a PostgreSQL of its own that goes with it. Prints the figures
# of many writers while the server is killed twice, of what the program and filters ask of many
# rows, and of filters and refusals seen before in a full cache.
#
#   benches/team.sh                                   20 writers, 10,000 calls, 10,000,000 rows
#   WRITERS=5 CALLS=1000 ROWS=100000 CACHED=10000 benches/team.sh
#                                                     a look
#   PROFILE= benches/team.sh                          with the build that tests use
#
# PostgreSQL 14 or newer (initdb) has to be installed; 10,000,000 rows take some 8 GB.
set -eu
cd "$(dirname "$0")/.."
# What is left out is no figure.
export HTTRIAGE_TEST_POSTGRES=1
for figure in \
    twenty_writers_lose_nothing_while_the_server_is_killed \
    questions_stay_quick_among_many_rows \
    a_cache_that_is_full_is_still_quick_to_ask
do
    echo "# $figure"
    # shellcheck disable=SC2086
    cargo test --quiet ${PROFILE-"--release"} --test it -- \
        --ignored --nocapture --exact "team::scale::$figure"
done
