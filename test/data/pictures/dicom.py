"""Writes dicom.json: small DICOM files in each transfer syntax, and what pydicom reads from them.

In an environment of its own: pip install "pydicom==3.0.1" pylibjpeg-openjpeg pylibjpeg-libjpeg python-gdcm pyjpegls numpy pillow
Then: python test/data/pictures/dicom.py && npm run fix
"""

import base64
import io
import json
import os
import tempfile

import gdcm
import numpy as np
import PIL.Image
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut, convert_color_space
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
    SecondaryCaptureImageStorage,
)

WIDTH, HEIGHT = 20, 12
TEMPORARY = os.path.join(tempfile.mkdtemp(), "picture.dcm")
rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
SCAN = ((columns * 180 + rows * 37) % 4096).astype(np.uint16)  # 12 bits
COLORS = np.stack([columns * 12, rows * 20, 255 - columns * 6], -1).astype(np.uint8)


def file_of(pixels, syntax, bits=None, photometric=None, signed=False, **tags):
    colors = pixels.ndim == 3
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    ds.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    ds.SOPClassUID = SecondaryCaptureImageStorage
    ds.SOPInstanceUID = "1.2.3.4"
    ds.PatientName = "Planted^Name"
    # a sequence in a sequence, which must be passed over
    inner = Dataset()
    inner.CodeValue = "T-1"
    outer = Dataset()
    outer.PurposeOfReferenceCodeSequence = Sequence([inner])
    ds.ReferencedImageSequence = Sequence([outer])
    ds.Rows, ds.Columns = pixels.shape[:2]
    ds.SamplesPerPixel = 3 if colors else 1
    if colors:
        ds.PlanarConfiguration = 0
    ds.PhotometricInterpretation = photometric or ("RGB" if colors else "MONOCHROME2")
    ds.BitsAllocated = pixels.dtype.itemsize * 8
    ds.BitsStored = bits or ds.BitsAllocated
    ds.HighBit = ds.BitsStored - 1
    ds.PixelRepresentation = int(signed)
    data = pixels.tobytes()
    if syntax == ExplicitVRBigEndian and pixels.dtype.itemsize > 1:
        data = pixels.byteswap().tobytes()
    for name, value in tags.items():
        setattr(ds, name, value)
    ds.PixelData = data
    ds["PixelData"].VR = "OW" if ds.BitsAllocated > 8 else "OB"
    return ds


def compressed(ds, frame, syntax, parts=1):
    ds.file_meta.TransferSyntaxUID = syntax
    ds.PixelData = encapsulate([frame], fragments_per_frame=parts) if parts > 1 else encapsulate([frame])
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    return ds


def bytes_of(ds):
    buffer = io.BytesIO()
    ds.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def by_gdcm(ds, syntax):
    """Compressed by GDCM, whose encoder is independent of all decoders that are tested."""
    with open(TEMPORARY, "wb") as out:
        out.write(bytes_of(ds))
    reader = gdcm.ImageReader()
    reader.SetFileName(TEMPORARY)
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    writer.SetFileName(TEMPORARY)
    assert writer.Write()
    with open(TEMPORARY, "rb") as result:
        return result.read()


def picture(content):
    """What a viewer shows, from 0 to 255: [height][width] or [height][width][3]."""
    ds = pydicom.dcmread(io.BytesIO(content))
    pixels = ds.pixel_array
    if ds.PhotometricInterpretation == "PALETTE COLOR":
        colors = apply_color_lut(pixels, ds)
        return (colors >> 8 if colors.dtype.itemsize == 2 else colors).tolist()
    if ds.SamplesPerPixel == 3:
        return pixels.tolist()  # pydicom has converted them to RGB
    values = apply_modality_lut(pixels, ds)
    if "WindowWidth" in ds or "VOILUTSequence" in ds:
        shown = apply_voi_lut(values, ds, prefer_lut=True).astype(np.float64)
        if "VOILUTSequence" in ds:
            low, high = 0, 2 ** ds.VOILUTSequence[0].LUTDescriptor[2] - 1
        else:
            slope, intercept = float(ds.get("RescaleSlope", 1)), float(ds.get("RescaleIntercept", 0))
            bits = ds.BitsStored
            least, most = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if ds.PixelRepresentation else (0, 2**bits - 1)
            low, high = least * slope + intercept, most * slope + intercept
            if "ModalityLUTSequence" in ds:
                low, high = 0, 2 ** ds.ModalityLUTSequence[0].LUTDescriptor[2] - 1
        part = (shown - low) / (high - low)
    else:
        part = values / 255.0
    if ds.PhotometricInterpretation == "MONOCHROME1":
        part = 1 - part
    return np.round(255 * part).astype(int).tolist()


def jpeg(pixels, quality=95):
    out = io.BytesIO()
    PIL.Image.fromarray(pixels).save(out, "JPEG", quality=quality, subsampling=0)
    data = out.getvalue()
    return data + b"\0" * (len(data) % 2)


def lookup(values, first, bits):
    table = Dataset()
    table.LUTDescriptor = [len(values), first, bits]
    table.ModalityLUTType = "US"
    table.LUTData = np.asarray(values, "<u2").tobytes()
    table["LUTData"].VR = "OW"
    return Sequence([table])


WINDOW = {"WindowCenter": "40", "WindowWidth": "400", "RescaleSlope": "1", "RescaleIntercept": "-1024"}
SIGNED = (SCAN.astype(np.int16) - 2048).view(np.uint16)
EIGHT = (SCAN >> 4).astype(np.uint8)

files = {
    "implicit little endian": bytes_of(file_of(SCAN, ImplicitVRLittleEndian, 12, **WINDOW)),
    "explicit little endian": bytes_of(file_of(SCAN, ExplicitVRLittleEndian, 12, **WINDOW)),
    "explicit big endian": bytes_of(file_of(SCAN, ExplicitVRBigEndian, 12, **WINDOW)),
    "deflated": bytes_of(file_of(SCAN, DeflatedExplicitVRLittleEndian, 12, **WINDOW)),
    "signed": bytes_of(
        file_of(SIGNED, ExplicitVRLittleEndian, 16, signed=True, WindowCenter=["100", "50"], WindowWidth=["900", "350"])
    ),
    "white at 0": bytes_of(
        file_of(SCAN, ExplicitVRLittleEndian, 12, "MONOCHROME1", WindowCenter="2000", WindowWidth="3000")
    ),
    "exact window": bytes_of(
        file_of(SCAN, ExplicitVRLittleEndian, 12, WindowCenter="2000.5", WindowWidth="1500", VOILUTFunction="LINEAR_EXACT")
    ),
    "sigmoid": bytes_of(
        file_of(SCAN, ExplicitVRLittleEndian, 12, WindowCenter="2000", WindowWidth="1500", VOILUTFunction="SIGMOID")
    ),
    "slope": bytes_of(
        file_of(SCAN, ExplicitVRLittleEndian, 12, **{**WINDOW, "RescaleSlope": "2.5", "WindowWidth": "5000", "WindowCenter": "3000"})
    ),
    "lookup table": bytes_of(
        file_of(SCAN, ExplicitVRLittleEndian, 12, VOILUTSequence=lookup([(i * i) // 4096 for i in range(4096)], 0, 12))
    ),
    "8 bits": bytes_of(file_of(EIGHT, ExplicitVRLittleEndian)),
    "8 bits, inverted": bytes_of(file_of(EIGHT, ExplicitVRLittleEndian, photometric="MONOCHROME1")),
    "colours": bytes_of(file_of(COLORS, ExplicitVRLittleEndian)),
    "RLE": None,
    "RLE, colours": None,
    "JPEG": bytes_of(compressed(file_of(EIGHT, ExplicitVRLittleEndian), jpeg(EIGHT), JPEGBaseline8Bit)),
    "JPEG, colours": bytes_of(
        compressed(file_of(COLORS, ExplicitVRLittleEndian, photometric="YBR_FULL"), jpeg(COLORS), JPEGBaseline8Bit)
    ),
    "JPEG lossless": by_gdcm(file_of(SCAN, ExplicitVRLittleEndian, 12, **WINDOW), gdcm.TransferSyntax.JPEGLosslessProcess14_1),
    "JPEG lossless, signed": by_gdcm(
        file_of(SIGNED, ExplicitVRLittleEndian, 16, signed=True, WindowCenter="100", WindowWidth="900"),
        gdcm.TransferSyntax.JPEGLosslessProcess14_1,
    ),
    "JPEG lossless, colours": by_gdcm(file_of(COLORS, ExplicitVRLittleEndian), gdcm.TransferSyntax.JPEGLosslessProcess14_1),
    "JPEG 2000": by_gdcm(file_of(SCAN, ExplicitVRLittleEndian, 12, **WINDOW), gdcm.TransferSyntax.JPEG2000Lossless),
    "JPEG 2000, signed": by_gdcm(
        file_of(SIGNED, ExplicitVRLittleEndian, 16, signed=True, WindowCenter="100", WindowWidth="900"),
        gdcm.TransferSyntax.JPEG2000Lossless,
    ),
    "JPEG 2000, colours": by_gdcm(file_of(COLORS, ExplicitVRLittleEndian), gdcm.TransferSyntax.JPEG2000Lossless),
}

ds = file_of(SCAN, ExplicitVRLittleEndian, 12, **WINDOW)
ds.compress(RLELossless, generate_instance_uid=False)
files["RLE"] = bytes_of(ds)
ds = file_of(COLORS, ExplicitVRLittleEndian)
ds.compress(RLELossless, generate_instance_uid=False)
files["RLE, colours"] = bytes_of(ds)

for name, ds in (
    ("JPEG-LS", file_of(SCAN, ExplicitVRLittleEndian, 12, **WINDOW)),
    ("JPEG-LS, 8 bits", file_of(EIGHT, ExplicitVRLittleEndian)),
    ("JPEG-LS, colours", file_of(COLORS, ExplicitVRLittleEndian)),
):
    ds.compress(JPEGLSLossless, generate_instance_uid=False)
    files[name] = bytes_of(ds)

ds = file_of(COLORS, ExplicitVRLittleEndian)
ds.PlanarConfiguration = 1
ds.PixelData = np.ascontiguousarray(COLORS.transpose(2, 0, 1)).tobytes()
files["colours, planar"] = bytes_of(ds)
files["colours as brightness"] = bytes_of(
    file_of(convert_color_space(COLORS, "RGB", "YBR_FULL"), ExplicitVRLittleEndian, photometric="YBR_FULL")
)
ds = file_of(EIGHT, ExplicitVRLittleEndian, photometric="PALETTE COLOR")
for name, values in (("Red", np.arange(256) * 257), ("Green", np.arange(256)[::-1] * 257), ("Blue", (np.arange(256) * 3 % 256) * 257)):
    setattr(ds, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
    setattr(ds, f"{name}PaletteColorLookupTableData", values.astype("<u2").tobytes())
files["palette"] = bytes_of(ds)

files["values from a table"] = bytes_of(
    file_of(
        *(SCAN, ExplicitVRLittleEndian, 12),
        **{"ModalityLUTSequence": lookup([4095 - i * 3 // 4 for i in range(4096)], 0, 16)},
        **{"WindowCenter": "2500", "WindowWidth": "3000"},
    )
)
ds = file_of(EIGHT, ExplicitVRBigEndian)
ds.PixelData = EIGHT.view(">u2").astype("<u2").tobytes()  # words of two samples, the highest byte first
ds["PixelData"].VR = "OW"
files["bytes in big-endian words"] = bytes_of(ds)

out = [
    {"name": name, "file": base64.b64encode(content).decode(), "expected": picture(content)}
    for name, content in files.items()
]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "dicom.json"), "w") as target:
    json.dump(out, target, separators=(",", ":"))
    target.write("\n")
for entry in out:
    print(entry["name"], len(entry["file"]), np.ravel(entry["expected"])[:4])
