"""The 34 provinces: the value is the Chinese name, which the parcel bears; beside it the English and Japanese names."""

from django.utils.translation import get_language

PROVINCES = (
    ("北京市", "Beijing", "北京市"),
    ("天津市", "Tianjin", "天津市"),
    ("河北省", "Hebei", "河北省"),
    ("山西省", "Shanxi", "山西省"),
    ("内蒙古自治区", "Inner Mongolia", "内モンゴル自治区"),
    ("辽宁省", "Liaoning", "遼寧省"),
    ("吉林省", "Jilin", "吉林省"),
    ("黑龙江省", "Heilongjiang", "黒竜江省"),
    ("上海市", "Shanghai", "上海市"),
    ("江苏省", "Jiangsu", "江蘇省"),
    ("浙江省", "Zhejiang", "浙江省"),
    ("安徽省", "Anhui", "安徽省"),
    ("福建省", "Fujian", "福建省"),
    ("江西省", "Jiangxi", "江西省"),
    ("山东省", "Shandong", "山東省"),
    ("河南省", "Henan", "河南省"),
    ("湖北省", "Hubei", "湖北省"),
    ("湖南省", "Hunan", "湖南省"),
    ("广东省", "Guangdong", "広東省"),
    ("广西壮族自治区", "Guangxi", "広西チワン族自治区"),
    ("海南省", "Hainan", "海南省"),
    ("重庆市", "Chongqing", "重慶市"),
    ("四川省", "Sichuan", "四川省"),
    ("贵州省", "Guizhou", "貴州省"),
    ("云南省", "Yunnan", "雲南省"),
    ("西藏自治区", "Tibet", "チベット自治区"),
    ("陕西省", "Shaanxi", "陝西省"),
    ("甘肃省", "Gansu", "甘粛省"),
    ("青海省", "Qinghai", "青海省"),
    ("宁夏回族自治区", "Ningxia", "寧夏回族自治区"),
    ("新疆维吾尔自治区", "Xinjiang", "新疆ウイグル自治区"),
    ("台湾省", "Taiwan", "台湾"),
    ("香港特别行政区", "Hong Kong", "香港"),
    ("澳门特别行政区", "Macau", "マカオ"),
)

NAMES = frozenset(names[0] for names in PROVINCES)


def province_choices() -> list[tuple[str, str]]:
    """Value and label of each, in the active language."""
    column = {"en": 1, "ja": 2}.get(get_language() or "", 0)
    return [(names[0], names[column]) for names in PROVINCES]
