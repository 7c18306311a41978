"""Writes the Parquet files beside it as Hugging Face's `datasets` and pandas do, and what pyarrow reads in them (expected.json).

python3 -m venv venv && venv/bin/pip install pyarrow==26.0.1 && venv/bin/python write.py
"""
import hashlib, json, os, struct, zlib
import pyarrow as pa
import pyarrow.parquet as pq

here = os.path.dirname(os.path.abspath(__file__))
CLASSES = ["ant", "bee", "cicada"]


def png(red, green, blue):
    """A PNG of 12 x 12 pixels of one colour."""
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + bytes([red, green, blue]) * 12) * 12
    header = struct.pack(">IIBBBBB", 12, 12, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def rows(start, count, labels=None):
    image = [{"bytes": png(i, 7 * i % 256, 100), "path": f"{i}.png"} for i in range(start, start + count)]
    return {"image": image, "label": labels or [i % 3 for i in range(start, start + count)]}


IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
FEATURES = {"image": {"_type": "Image"}, "label": {"names": CLASSES, "_type": "ClassLabel"}}
HUGGINGFACE = {b"huggingface": json.dumps({"info": {"features": FEATURES}}).encode()}
SCHEMA = pa.schema([("image", IMAGE), ("label", pa.int64())], metadata=HUGGINGFACE)


def write(name, columns, schema, **options):
    path = os.path.join(here, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    pq.write_table(pa.table(columns, schema=schema), path, **options)


write("bees/data/train-00000-of-00002.parquet", rows(0, 5), SCHEMA, compression="snappy", row_group_size=2)
write("bees/data/train-00001-of-00002.parquet", rows(5, 4), SCHEMA, compression="none")
write("bees/data/validation-00000-of-00001.parquet", rows(20, 3), SCHEMA, compression="snappy", use_dictionary=False)
write("bees/data/test-00000-of-00001.parquet", rows(30, 3, [2, -1, 0]), SCHEMA, compression="snappy", data_page_version="2.0")

PATHS = pa.schema([("image_path", pa.string()), ("species", pa.dictionary(pa.int8(), pa.string())), ("patient_id", pa.int32())])
paths = {"image_path": ["a/1.jpg", "a/2.jpg", "b/1.jpg", "b/2.jpg"], "species": ["ant", "ant", "bee", "bee"], "patient_id": [1, 1, 2, None]}
for codec in ["snappy", "gzip", "brotli", "zstd", "lz4"]:
    write(f"paths-{codec}.parquet", paths, PATHS, compression=codec)

BYTES = pa.schema([("photo", pa.binary()), ("mask", pa.binary()), ("kind", pa.string()), ("box", pa.list_(pa.int32()))])
write("bytes.parquet", {"photo": [png(i, 0, 0) for i in range(4)], "mask": [png(0, 0, i) for i in range(4)], "kind": ["x", "y", "x", "y"], "box": [[1, 2]] * 4}, BYTES, compression="snappy")

expected = {}
for root, _, files in os.walk(os.path.join(here, "bees")):
    for name in sorted(files):
        table = pq.read_table(os.path.join(root, name)).to_pylist()
        expected[name] = [[hashlib.sha256(row["image"]["bytes"]).hexdigest(), row["image"]["path"], row["label"]] for row in table]
with open(os.path.join(here, "expected.json"), "w") as file:
    json.dump(expected, file, indent=1)
