"""The merchant that the demo shop and the gateway simulator agree on. Published here: refused elsewhere."""

PARTNER = "2088000000000001"
SELLER_EMAIL = "demo-seller@example.com"
MD5_KEY = "demo0only0never0for0real0money00"
APP_ID = "2021000000000001"
