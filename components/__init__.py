"""What each stage of the pipeline does, one room a stage, named as the node is named."""

import os

# Before TensorFlow is imported: it takes oneDNN's kernels only where the processor has AVX-512 or AMX, and
# without those they are twice as fast as its own as well (docs/decisions.md, 43).
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
