"""MACE: who knows, and who answers without looking, in a way of their own.

Hovy et al., "Learning Whom to Trust with MACE" (2013, https://aclanthology.org/N13-1132/): an annotator either knows
the label or draws an answer from a distribution of theirs. Estimated by variational Bayes with the paper's priors, from
everybody knowing half of the labels; without random restarts, so that the same answers have the same labels.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.label.answers import Answers
from runners.label.merging import ITERATIONS, MOVED, Chances, Labels, by_majority, likeliest, shares_of

KNOWING = SPAMMING = 0.5
"""The prior counts of knowing the label and of not."""
STRATEGY = 10.0
"""The prior count of each label that somebody says without knowing."""


def by_mace(answers: Answers) -> Labels:
    """Estimate the labels and who knows them together; confidence is the label's posterior probability."""
    if len(answers.labels) < 2:
        return by_majority(answers)
    people, labels = len(answers.annotators), len(answers.labels)
    row, said, who = answers.example, answers.label, answers.annotator
    sayings, saying = np.unique(who * labels + said, return_inverse=True)
    given = np.bincount(who, minlength=people)
    knows, says = np.full((people, 2), 0.5), np.full(len(sayings), 1 / labels)
    chances = shares_of(answers)
    for _ in range(ITERATIONS):
        former = chances
        guessed, known = knows[who, 0] * says[saying], knows[who, 1]
        chances = _chances(answers, guessed, known)
        if np.abs(chances - former).max() < MOVED:
            break
        share = chances[row, said] * known / (guessed + known)
        knowing = np.bincount(who, share, people)
        knows = _expected(np.column_stack([given - knowing + SPAMMING, knowing + KNOWING]), given + SPAMMING + KNOWING)
        drawn = np.bincount(saying, 1 - share)
        of_speaker = (given - knowing + STRATEGY * labels)[sayings // labels]
        says = _expected(drawn + STRATEGY, of_speaker)
    return likeliest(answers.labels, chances)


def _chances(answers: Answers, guessed: Chances, known: Chances) -> Chances:
    """Return the probability of each label (columns) for each example (rows), by each answer's of being guessed."""
    from scipy import sparse

    shape = (len(answers.examples), len(answers.labels))
    more = np.log(guessed + known) - np.log(guessed)
    logs = sparse.csr_array((more, (answers.example, answers.label)), shape=shape).toarray()
    better: Chances = np.exp(logs - logs.max(axis=1, keepdims=True))
    better /= better.sum(axis=1, keepdims=True)
    return better


def _expected(counts: NDArray[Any], totals: NDArray[Any]) -> Chances:
    """Return the geometric means of shares of which a Dirichlet distribution has these counts."""
    from scipy.special import digamma

    whole = totals if counts.ndim == 1 else totals[:, None]
    return np.asarray(np.exp(digamma(counts) - digamma(whole)), np.float64)
