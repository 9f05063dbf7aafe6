"""Fits the upper layers for a language's claims anew, after ``models.risk.encoder.further`` changed the layers under them:
``python -m models.advertising.over en``.

How the models are weighed, and the threshold, stay those that ``models.advertising.train`` found; measure with ``python -m eval --task
advertising_law``.
"""

from __future__ import annotations

import argparse
from shutil import copyfile

import numpy as np

from assistant.backends.claims import LANGUAGES, script_of
from assistant.backends.encoder_weights import EncoderWeights
from models.advertising.encoder import RECIPES, RISK
from models.advertising.fit import folded
from models.advertising.texts import NONE, training_texts
from models.advertising.train import OUT, layers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language", choices=sorted(RECIPES))
    language = parser.parse_args().language
    texts = training_texts()
    plain = folded([one.text for one in texts])
    names = [NONE, *sorted({one.kind for one in texts} - {NONE})]
    kinds = np.array([names.index(one.kind) for one in texts])
    own = np.flatnonzero([script_of(text) == LANGUAGES.index(language) for text in plain])
    below = EncoderWeights.load(RISK / f"encoder_{language}")
    copyfile(layers(language, below, plain, kinds, own), OUT.with_name(f"encoder_{language}.npz"))


if __name__ == "__main__":
    main()
