"""scikit-learn's 8x8 digits, in the split of models/digits, and how they are augmented."""

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch.nn import functional as F


def tensors():
    """Images [n,1,8,8] of 0..16 and labels for training, then both for the test."""
    digits = load_digits()
    images = digits.images.astype(np.uint8)[:, None]
    train_x, test_x, train_y, test_y = train_test_split(
        images, digits.target.astype(np.uint8), test_size=597, random_state=7, stratify=digits.target)
    return (torch.tensor(train_x, dtype=torch.float32), torch.tensor(train_y, dtype=torch.int64),
            torch.tensor(test_x, dtype=torch.float32), torch.tensor(test_y, dtype=torch.int64))


def shift(images, generator):
    """Moves half of the images, each on its own, by up to one pixel."""
    padded = F.pad(images, (1, 1, 1, 1))
    moved = torch.randint(0, 3, (2, len(images)), generator=generator)
    moved[:, torch.rand(len(images), generator=generator) < 0.5] = 1
    rows = moved[0][:, None] + torch.arange(8)
    columns = moved[1][:, None] + torch.arange(8)
    sample = torch.arange(len(images))
    return padded[sample[:, None, None], 0, rows[:, :, None], columns[:, None, :]][:, None]
