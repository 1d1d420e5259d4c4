"""The banks' names for the buyer's page, by ``defaultbank`` code (protocol.md A.2)."""

from collections.abc import Mapping

_NAMES = {
    "工商银行 ICBC": "ICBCB2C ICBC-DEBIT ICBCBTB",
    "招商银行 China Merchants Bank": "CMB CMB-DEBIT",
    "建设银行 China Construction Bank": "CCB CCB-DEBIT CCBBTB",
    "农业银行 Agricultural Bank of China": "ABC ABCBTB",
    "中国银行 Bank of China": "BOCB2C BOC-DEBIT",
    "交通银行 Bank of Communications": "COMM COMM-DEBIT",
    "浦发银行 SPD Bank": "SPDB SPDB-DEBIT SPDBB2B",
    "兴业银行 Industrial Bank": "CIB",
    "广发银行 China Guangfa Bank": "GDB GDB-DEBIT",
    "民生银行 China Minsheng Bank": "CMBC",
    "中信银行 China CITIC Bank": "CITIC",
    "光大银行 China Everbright Bank": "CEBBANK CEB-DEBIT",
    "杭州银行 Bank of Hangzhou": "HZCBB2C",
    "上海银行 Bank of Shanghai": "SHBANK",
    "宁波银行 Bank of Ningbo": "NBBANK",
    "平安银行 Ping An Bank": "SPABANK SDB",
    "北京农商银行 Beijing Rural Commercial Bank": "BJRCB",
    "邮储银行 Postal Savings Bank": "POSTGC PSBC-DEBIT",
    "北京银行 Bank of Beijing": "BJBANK",
    "富滇银行 Fudian Bank": "fdb101",
    "上海农商银行 Shanghai Rural Commercial Bank": "SHRCB",
    "温州银行 Bank of Wenzhou": "WZCBB2C-DEBIT",
    "Visa": "abc1003",
    "Mastercard": "abc1004",
}
BANK_NAMES: Mapping[str, str] = {code: name for name, codes in _NAMES.items() for code in codes.split()}
