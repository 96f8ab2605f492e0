window.YTD.tweets.part0 = [
  {
    "tweet": {
      "id_str": "1900000000000000001",
      "full_text": "at\nharbour late so \"really\" again is is the so more harbour 0 \u00e9\u4e2d\ud83d\ude02",
      "created_at": "Sun Mar 01 00:00:00 +0000 2026",
      "lang": "en",
      "favorite_count": "0",
      "entities": {
        "urls": []
      }
    }
  }
]