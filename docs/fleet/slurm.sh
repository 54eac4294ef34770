#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# One shard of a matrix, as a task of a Slurm job array.
#
# usage: sbatch slurm.sh MATRIX DIR DAY
#
# MATRIX is a file for klptest matrix, and DIR a directory for the results; both are
# the same on all nodes. DAY names the run, and its results are in DIR/DAY: with the name
# of an earlier run, only what is left of that is run. For another number of shards N:
# sbatch --array=1-N … with SHARDS=N in the environment. A shard that is run again
# (sbatch --array=2 …, or by Slurm after a node has died) goes on where it ended.
#
#   KLPTEST          the program; klptest on the PATH
#   XDG_CACHE_HOME   the cache, on the node's own disk; /var/tmp/klptest-UID

#SBATCH --job-name=klptest
#SBATCH --array=1-4
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --time=06:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=klptest-%A_%a.log
set -eu

matrix=$1 dir=$2 day=${3:?usage: sbatch slurm.sh MATRIX DIR DAY}
: "${KLPTEST:=klptest}" "${SHARDS:=4}" "${XDG_CACHE_HOME:=/var/tmp/klptest-$(id -u)}"
export XDG_CACHE_HOME
[ -d "$XDG_CACHE_HOME" ] || mkdir -m 700 "$XDG_CACHE_HOME"

exec "$KLPTEST" matrix "$matrix" --out "$dir/$day" --run-id "$day" --shard "$SLURM_ARRAY_TASK_ID/$SHARDS" -j "${SLURM_CPUS_PER_TASK:-1}"
