import pytest

from assistant.text import Detected, detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "und"),
        ("123 !!! 😀", "und"),
        ("今天天气很好", "zh-Hans"),
        ("这个东西很贵", "zh-Hans"),
        ("這個東西很貴", "zh-Hant"),
        ("後面的餐廳", "zh-Hant"),
        ("加微信 abc123", "zh-Hans"),
        ("這個 app 真的 so good", "zh-Hant"),
        ("hello world", "en"),
        ("lol", "en"),
        ("You are all welcome here, thank you for the help", "en"),
        ("café résumé", "en"),
        ("ＨＥＬＬＯ ＷＯＲＬＤ", "en"),
        ("fυck yоu идиот all", "en"),
        ("Я не понимаю, что вы говорите", "ru"),
        ("сука", "ru"),
        ("これは日本語のテキストです", "ja"),
        ("東京都に住んでいます", "ja"),
        ("カタカナ", "ja"),
        ("안녕하세요 여러분", "ko"),
        ("مرحبا بكم في المجتمع", "ar"),
        ("สวัสดีครับ", "th"),
        ("γειά σου φίλε", "el"),
        ("Je ne sais pas ce que vous voulez dire avec cette phrase", "fr"),
        ("No sé qué es lo que quieres decir con esta frase", "es"),
        ("Ich weiß nicht, was du mit diesem Satz sagen willst, aber gut", "de"),
        ("Não sei o que você quer dizer com essa frase, mas tudo bem", "pt"),
        ("Tôi không biết bạn muốn nói gì với câu này", "vi"),
        ("Saya tidak tahu apa yang kamu maksud dengan ini", "id"),
        ("Bu cümle ile ne demek istediğini bilmiyorum ama çok güzel", "tr"),
        ("hola amigo", "en"),
        ("ㄍㄢˋ你娘", "zh-Hans"),
    ],
)
def test_language(text, language):
    assert detect_language(text) == Detected(language, language in {"zh-Hans", "zh-Hant", "en", "und"})
