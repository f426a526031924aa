"""What the shell and the C library say in other languages, as they say it in English.

A log from a Chinese or German system ends with the same crash in other words. The sentences are those of the message
catalogs of glibc 2.36 (libc.po), those of dumped cores of bash; words that mean something else as well are left out.
"""

from __future__ import annotations

from typing import Dict, Tuple

_SAID: Dict[str, Tuple[str, ...]] = {
    "segmentation fault": ("段错误", "程式記憶體區段錯誤", "세그멘테이션 오류", "Speicherzugriffsfehler",
        "Erreur de segmentation", "Violación de segmento", "Falha de segmentação", "Errore di segmentazione",
        "Ошибка сегментирования"),
    "core dumped": ("核心已转储", "吐核", "Speicherabzug geschrieben"),
    "killed": ("已杀死", "強制結束", "強制終了", "Getötet", "Processus arrêté", "Terminado (killed)"),
    "aborted": ("已放弃",),
    "illegal instruction": ("非法指令", "無效指令", "명령어가 잘못됨", "Ungültiger Maschinenbefehl",
        "Instruction non permise", "Instrucción ilegal", "Instrução ilegal", "Istruzione non consentita",
        "Недопустимая инструкция"),
    "bus error": ("总线错误", "匯流排錯誤", "バスエラー", "버스 오류", "Bus-Zugriffsfehler", "Erreur du bus",
        "Error del bus", "Erro no barramento", "Errore di bus", "Ошибка шины"),
    "no such file or directory": ("没有那个文件或目录", "沒有此一檔案或目錄",
        "そのようなファイルやディレクトリはありません", "그런 파일이나 디렉터리가 없습니다",
        "Datei oder Verzeichnis nicht gefunden", "Aucun fichier ou dossier de ce type",
        "No existe el fichero o el directorio", "Arquivo ou diretório inexistente",
        "File o directory non esistente", "Нет такого файла или каталога"),
    "permission denied": ("权限不够", "拒絕不符權限的操作", "許可がありません", "허가 거부", "Keine Berechtigung",
        "Permission non accordée", "Permiso denegado", "Permissão negada", "Permesso negato", "Отказано в доступе"),
    "no space left on device": ("设备上没有空间", "裝置上已無多餘空間", "デバイスに空き領域がありません",
        "장치에 남은 공간이 없음", "Auf dem Gerät ist kein Speicherplatz mehr verfügbar",
        "Aucun espace disponible sur le périphérique", "No queda espacio en el dispositivo",
        "Não há espaço disponível no dispositivo", "Spazio esaurito sul device",
        "На устройстве не осталось свободного места"),
    "cannot allocate memory": ("无法分配内存", "無法配置記憶體", "メモリを確保できません",
        "메모리를 할당할 수 없습니다", "Nicht genügend Hauptspeicher verfügbar", "Ne peut allouer de la mémoire",
        "No se pudo asignar memoria", "Não foi possível alocar memória", "Impossibile allocare memoria",
        "Невозможно выделить память"),
}  # fmt: skip
_ALL = tuple((said, english) for english, sentences in _SAID.items() for said in sentences)
#: Few of them are plain ASCII, and most lines of most logs are.
_ASCII = tuple(pair for pair in _ALL if pair[0].isascii())


def in_english(text: str) -> str:
    """``text`` with the sentences of shell and C library in English; other words stay.

    >>> in_english("段错误 (核心已转储)")
    'segmentation fault (core dumped)'
    """
    for said, english in _ASCII if text.isascii() else _ALL:
        if said in text:
            text = text.replace(said, english)
    return text
