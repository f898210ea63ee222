"""The pushed model in other formats, TFLite and ONNX: made, and held against the SavedModel.

No format for phones and browsers decodes JPEG. So what goes in are the pixels that the SavedModel's own
preprocessing makes of a picture, and what comes out are its probabilities, temperature, views and members
included.
"""
