/* Words that carry no topic, one list a language, each in byte order (a test checks it) and folded as keys are. */
#include "text/stop_words.h"

static const char *const social[] = {
    "amp", "http", "https", "pls", "plz", "rt", "via",
};

static const char *const english[] = {
    "a", "about", "above", "after", "again", "against", "ain't", "all", "also", "am", "an", "and", "any", "are",
    "aren", "aren't", "around", "as", "at", "be", "because", "been", "before", "being", "below", "between", "both",
    "but", "by", "came", "can", "can't", "cannot", "cant", "come", "could", "could've", "couldn't", "couldnt", "d",
    "did", "didn't", "didnt", "do", "does", "doesn't", "doesnt", "doing", "don't", "dont", "down", "during", "each",
    "either", "else", "even", "ever", "every", "few", "for", "from", "further", "get", "gets", "getting", "give",
    "go", "goes", "going", "gonna", "got", "gotta", "had", "hadn't", "has", "hasn't", "hasnt", "have", "haven't",
    "havent", "having", "he", "he'd", "he'll", "he's", "hence", "her", "here", "here's", "hers", "herself", "him",
    "himself", "his", "how", "how'd", "how's", "however", "i", "i'd", "i'll", "i'm", "i've", "if", "im", "in", "into",
    "is", "isn't", "isnt", "it", "it'd", "it'll", "it's", "its", "itself", "ive", "just", "least", "let", "let's",
    "lets", "like", "ll", "m", "made", "make", "makes", "many", "may", "maybe", "me", "might", "more", "most", "much",
    "must", "mustn't", "my", "myself", "need", "neither", "no", "nor", "not", "now", "of", "off", "often", "oh", "ok",
    "okay", "on", "once", "one", "only", "onto", "or", "other", "others", "otherwise", "ought", "our", "ours",
    "ourselves", "out", "over", "own", "per", "perhaps", "please", "put", "quite", "rather", "re", "really", "s",
    "said", "same", "say", "says", "see", "seem", "seems", "shall", "shan't", "she", "she'd", "she'll", "she's",
    "should", "should've", "shouldn't", "since", "so", "some", "somebody", "someone", "something", "still", "such",
    "t", "take", "than", "that", "that'd", "that'll", "that's", "thats", "the", "their", "theirs", "them",
    "themselves", "then", "there", "there'd", "there's", "theres", "these", "they", "they'd", "they'll", "they're",
    "they've", "theyre", "this", "those", "though", "through", "thru", "thus", "to", "too", "toward", "towards", "u",
    "under", "until", "up", "upon", "ur", "us", "ve", "very", "vs", "w", "was", "wasn't", "wasnt", "we", "we'd",
    "we'll", "we're", "we've", "well", "went", "were", "weren't", "what", "what's", "whatever", "whats", "when",
    "when's", "whenever", "where", "where's", "whether", "which", "while", "who", "who'd", "who'll", "who's",
    "whoever", "whole", "whom", "whose", "why", "will", "with", "within", "without", "won't", "wont", "would",
    "would've", "wouldn't", "wouldnt", "y'all", "ya", "yall", "yes", "yet", "you", "you'd", "you'll", "you're",
    "you've", "your", "youre", "yours", "yourself", "yourselves",
};

static const char *const german[] = {
    "aber", "alle", "allem", "allen", "aller", "alles", "als", "also", "am", "an", "ander", "andere", "anderem",
    "anderen", "anderer", "anderes", "auch", "auf", "aus", "bei", "beim", "bin", "bis", "bist", "bitte", "da",
    "dabei", "dadurch", "dafür", "dagegen", "daher", "dahin", "damals", "damit", "danach", "daneben", "dann", "daran",
    "darauf", "daraus", "darf", "darfst", "darin", "darum", "darunter", "darüber", "das", "dass", "davon", "davor",
    "dazu", "dein", "deine", "deinem", "deinen", "deiner", "deines", "dem", "den", "denen", "denn", "dennoch", "der",
    "deren", "derer", "des", "deshalb", "dessen", "die", "dies", "diese", "dieselbe", "diesem", "diesen", "dieser",
    "dieses", "dir", "doch", "dort", "du", "durch", "dürfen", "eben", "ein", "eine", "einem", "einen", "einer",
    "eines", "einfach", "einige", "einigem", "einigen", "einiger", "einmal", "er", "erst", "es", "etwa", "etwas",
    "euch", "euer", "eure", "eurem", "euren", "eurer", "für", "gar", "gegen", "gehabt", "geht", "gerade", "gern",
    "gewesen", "gibt", "hab", "habe", "haben", "habt", "halt", "hast", "hat", "hatte", "hatten", "hattest", "hattet",
    "her", "hier", "hin", "hinter", "ich", "ihm", "ihn", "ihnen", "ihr", "ihre", "ihrem", "ihren", "ihrer", "ihres",
    "im", "immer", "in", "indem", "ins", "ist", "ja", "jede", "jedem", "jeden", "jeder", "jedes", "jedoch", "jemand",
    "jene", "jenem", "jenen", "jener", "jenes", "jetzt", "kann", "kannst", "kein", "keine", "keinem", "keinen",
    "keiner", "konnte", "konnten", "können", "könnte", "lassen", "mal", "man", "manche", "manchem", "manchen",
    "mancher", "manches", "mehr", "mein", "meine", "meinem", "meinen", "meiner", "meines", "mich", "mir", "mit",
    "muss", "musste", "möchte", "müssen", "nach", "nachdem", "nein", "nicht", "nichts", "nie", "niemand", "noch",
    "nun", "nur", "ob", "obwohl", "oder", "ohne", "schon", "sehr", "seid", "sein", "seine", "seinem", "seinen",
    "seiner", "seines", "seit", "selbst", "sich", "sie", "sind", "so", "sogar", "solche", "solchem", "solchen",
    "solcher", "soll", "sollen", "sollte", "sollten", "sondern", "sonst", "soweit", "sowie", "trotz", "um", "und",
    "uns", "unser", "unsere", "unserem", "unseren", "unserer", "unter", "viel", "viele", "vielleicht", "vom", "von",
    "vor", "wann", "war", "waren", "warst", "warum", "was", "weder", "wegen", "weil", "weiter", "welche", "welchem",
    "welchen", "welcher", "welches", "wem", "wen", "wenig", "wenn", "wer", "werde", "werden", "werdet", "weshalb",
    "wie", "wieder", "will", "wir", "wird", "wirst", "wo", "wollen", "wollte", "worden", "wurde", "wurden", "während",
    "wäre", "würde", "würden", "zu", "zum", "zur", "zwar", "zwischen", "über",
};

static const char *const french[] = {
    "a", "afin", "ai", "aie", "ainsi", "alors", "après", "as", "assez", "au", "aucun", "aucune", "aujourd'hui",
    "auquel", "aura", "aurait", "aussi", "autre", "autres", "aux", "auxquels", "avaient", "avais", "avait", "avant",
    "avec", "avez", "avoir", "avons", "ayant", "beaucoup", "bien", "c", "c'est", "c'était", "car", "ce", "ceci",
    "cela", "celle", "celles", "celui", "cependant", "certains", "ces", "cet", "cette", "ceux", "chaque", "chez",
    "comme", "comment", "contre", "d", "dans", "de", "depuis", "des", "desquels", "deux", "devant", "doit", "donc",
    "dont", "du", "duquel", "durant", "dès", "déjà", "elle", "elles", "en", "encore", "enfin", "entre", "es", "est",
    "et", "eu", "eux", "faire", "fais", "fait", "faut", "fois", "font", "grâce", "hors", "ici", "il", "ils", "j",
    "j'ai", "j'suis", "je", "jusqu'à", "jusque", "l", "la", "laquelle", "le", "lequel", "les", "lesquels", "leur",
    "leurs", "lorsque", "lui", "là", "m", "ma", "mais", "malgré", "me", "merci", "mes", "mien", "mieux", "moi",
    "moins", "mon", "même", "mêmes", "n", "n'a", "n'est", "ne", "ni", "non", "nos", "notre", "nous", "nouveau", "on",
    "ont", "or", "ou", "où", "par", "parce", "pas", "pendant", "peu", "peut", "peux", "plus", "plusieurs", "plutôt",
    "pour", "pourquoi", "pourrait", "pourtant", "pouvoir", "presque", "près", "puis", "puisque", "qu", "qu'elle",
    "qu'il", "qu'ils", "qu'on", "qu'un", "quand", "que", "quel", "quelle", "quelles", "quelque", "quelques", "quels",
    "qui", "quoi", "s", "s'est", "s'il", "sa", "sans", "sauf", "se", "selon", "sera", "serait", "ses", "seul", "si",
    "sien", "soi", "soit", "sommes", "son", "sont", "sous", "souvent", "suis", "sur", "surtout", "t", "t'as", "ta",
    "tandis", "te", "tel", "telle", "tels", "tes", "toi", "ton", "toujours", "tous", "tout", "toute", "toutes",
    "trop", "très", "tu", "un", "une", "va", "vais", "vers", "vez", "voici", "voilà", "vont", "vos", "votre", "vous",
    "vraiment", "y", "à", "ça", "étaient", "étais", "était", "étant", "été", "êtes", "être",
};

static const char *const spanish[] = {
    "a", "acá", "ahora", "ahí", "al", "algo", "alguna", "algunas", "alguno", "algunos", "algún", "allá", "allí",
    "ambos", "ante", "antes", "aquel", "aquella", "aquellas", "aquello", "aquellos", "aquí", "así", "aunque", "aún",
    "bajo", "bien", "cada", "casi", "como", "con", "conmigo", "contigo", "contra", "cosas", "cual", "cuales",
    "cualquier", "cuando", "cuanto", "cuál", "cuándo", "cuánto", "cómo", "d", "de", "debe", "del", "demás", "desde",
    "después", "di", "donde", "dos", "durante", "día", "dónde", "e", "el", "ella", "ellas", "ello", "ellos", "en",
    "entonces", "entre", "era", "eran", "eras", "eres", "es", "esa", "esas", "ese", "eso", "esos", "esta", "estaba",
    "estaban", "estado", "estamos", "estar", "estas", "este", "esto", "estos", "estoy", "estuvo", "está", "están",
    "fin", "fue", "fuera", "fueron", "ha", "haber", "había", "habían", "hace", "hacen", "hacer", "hacia", "haciendo",
    "han", "has", "hasta", "hay", "he", "hemos", "hizo", "hoy", "igual", "incluso", "jamás", "la", "las", "le", "les",
    "lo", "los", "luego", "mas", "me", "mejor", "menos", "mi", "mientras", "mis", "misma", "mismas", "mismo",
    "mismos", "mucha", "muchas", "mucho", "muchos", "muy", "más", "mí", "mía", "mías", "mío", "míos", "nada", "nadie",
    "ni", "ninguna", "ninguno", "ningún", "no", "nos", "nosotras", "nosotros", "nuestra", "nuestras", "nuestro",
    "nuestros", "nunca", "o", "os", "otra", "otras", "otro", "otros", "para", "pero", "poca", "pocas", "poco",
    "pocos", "por", "porque", "pq", "puede", "pueden", "puedo", "pues", "q", "que", "quien", "quienes", "quiere",
    "quién", "qué", "sea", "sean", "ser", "si", "sido", "siempre", "sin", "sino", "sobre", "sois", "solo", "somos",
    "son", "soy", "su", "sus", "suya", "suyo", "sí", "sólo", "también", "tampoco", "tan", "tanta", "tanto", "te",
    "tendrá", "tenemos", "tener", "tengo", "ti", "tiene", "tienen", "toda", "todas", "todavía", "todo", "todos",
    "tras", "tu", "tus", "tuve", "tuvo", "tuya", "tuyo", "tú", "un", "una", "unas", "uno", "unos", "usted", "ustedes",
    "va", "vamos", "van", "varias", "varios", "vaya", "ver", "vez", "vosotras", "vosotros", "voy", "vuestra",
    "vuestro", "x", "xq", "y", "ya", "yo", "él", "ésta", "éstas", "éste", "éstos",
};

static const char *const italian[] = {
    "a", "abbia", "abbiamo", "abbiano", "ad", "adesso", "ai", "al", "alcuna", "alcuni", "alcuno", "all", "alla",
    "alle", "allo", "allora", "altra", "altre", "altri", "altro", "anche", "ancora", "anzi", "appena", "avere",
    "avete", "aveva", "avevano", "avevo", "bene", "c'era", "c'è", "che", "chi", "chiunque", "ci", "cioè", "circa",
    "ciò", "coi", "col", "come", "comunque", "con", "contro", "cosa", "così", "cui", "d'un", "da", "dagli", "dai",
    "dal", "dalla", "dalle", "dallo", "degli", "dei", "del", "dell", "della", "delle", "dello", "dentro", "di",
    "dietro", "dopo", "dove", "dovrebbe", "due", "dunque", "durante", "e", "ecco", "ed", "egli", "ella", "era",
    "erano", "eravamo", "eri", "ero", "essa", "esse", "essendo", "essere", "essi", "esso", "fa", "fai", "fanno",
    "fare", "fatto", "fin", "fino", "forse", "fra", "fu", "fuori", "già", "giù", "gli", "grazie", "ha", "hai",
    "hanno", "ho", "i", "il", "in", "infatti", "insieme", "intanto", "invece", "io", "l'ha", "la", "le", "lei", "li",
    "lo", "loro", "lui", "là", "lì", "ma", "mai", "me", "meglio", "meno", "mentre", "mi", "mia", "mie", "miei", "mio",
    "molta", "molte", "molti", "molto", "ne", "negli", "nei", "nel", "nella", "nelle", "nello", "nessuna", "nessuno",
    "niente", "no", "noi", "non", "nostra", "nostre", "nostri", "nostro", "nulla", "né", "o", "od", "oggi", "ogni",
    "ognuno", "oltre", "oppure", "ora", "ormai", "per", "perchè", "perché", "perciò", "però", "piu", "più", "poca",
    "pochi", "poco", "poi", "possono", "prima", "proprio", "puoi", "pure", "può", "qua", "qualche", "qualcosa",
    "qualcuno", "quale", "quali", "quando", "quanta", "quante", "quanti", "quanto", "quasi", "quegli", "quei", "quel",
    "quella", "quelle", "quelli", "quello", "quest", "questa", "queste", "questi", "questo", "qui", "quindi", "sa",
    "sarebbe", "sarà", "se", "sei", "sembra", "sempre", "senza", "si", "sia", "siamo", "siano", "siete", "solo",
    "sono", "sopra", "sotto", "sta", "stai", "stanno", "stata", "state", "stati", "stato", "stesso", "sto", "su",
    "sua", "subito", "sue", "sugli", "sui", "sul", "sulla", "sulle", "sullo", "suo", "suoi", "sé", "sì", "tale",
    "tanta", "tanti", "tanto", "te", "ti", "tra", "troppo", "tu", "tua", "tue", "tuo", "tuoi", "tutta", "tutte",
    "tutti", "tutto", "un", "una", "uno", "va", "verso", "vi", "via", "voi", "vostra", "vostre", "vostri", "vostro",
    "x", "xké", "è",
};

static const char *const portuguese[] = {
    "a", "acaso", "acho", "ainda", "algo", "algum", "alguma", "algumas", "alguns", "alguém", "ali", "além", "ambos",
    "antes", "ao", "aos", "apenas", "após", "aquela", "aquelas", "aquele", "aqueles", "aqui", "aquilo", "as", "assim",
    "atrás", "até", "aí", "bem", "cada", "coisa", "com", "como", "consigo", "contra", "contudo", "cuja", "cujo", "da",
    "daquela", "daquele", "das", "de", "dela", "delas", "dele", "deles", "demais", "depois", "desde", "dessa",
    "desse", "desta", "deste", "deve", "do", "dos", "duas", "e", "ela", "elas", "ele", "eles", "em", "embora",
    "enquanto", "entre", "então", "era", "eram", "essa", "essas", "esse", "esses", "esta", "estamos", "estar",
    "estas", "estava", "estavam", "este", "estes", "estou", "está", "estão", "eu", "faz", "fazer", "fez", "ficar",
    "foi", "for", "fora", "foram", "fosse", "fui", "havia", "hoje", "há", "isso", "isto", "já", "la", "lhe", "lhes",
    "lo", "logo", "lá", "mais", "mas", "me", "meio", "menos", "mesma", "mesmo", "meu", "meus", "mim", "minha",
    "minhas", "muita", "muitas", "muito", "muitos", "na", "nada", "nas", "nela", "nele", "nem", "nenhum", "nenhuma",
    "nessa", "nesse", "nesta", "neste", "ninguém", "no", "nos", "nossa", "nossas", "nosso", "nossos", "num", "numa",
    "nunca", "não", "nós", "o", "onde", "ontem", "os", "ou", "outra", "outras", "outro", "outros", "para", "pela",
    "pelas", "pelo", "pelos", "per", "pode", "podem", "pois", "por", "porque", "porquê", "porém", "posso", "pouca",
    "pouco", "poucos", "pq", "pra", "primeiro", "pro", "própria", "próprio", "pude", "q", "quais", "qual", "qualquer",
    "quando", "quanto", "quase", "que", "quem", "quer", "quê", "se", "seja", "sem", "sempre", "sendo", "ser", "será",
    "seu", "seus", "si", "sido", "sim", "sob", "sobre", "somente", "somos", "sou", "sua", "suas", "são", "só", "tal",
    "talvez", "também", "tanto", "te", "tem", "temos", "tendo", "tenho", "ter", "teu", "teus", "teve", "ti", "tinha",
    "tipo", "toda", "todas", "todo", "todos", "tu", "tua", "tuas", "tudo", "tão", "têm", "um", "uma", "umas", "uns",
    "vai", "vamos", "vc", "vcs", "você", "vocês", "vos", "vou", "vão", "à", "às", "é",
};

static const char *const dutch[] = {
    "aan", "aangezien", "achter", "af", "al", "alle", "alleen", "alles", "als", "altijd", "ander", "andere", "anders",
    "ben", "bent", "bij", "binnen", "boven", "buiten", "daar", "daarom", "dan", "dat", "de", "der", "deze", "dicht",
    "die", "dit", "doch", "doen", "doet", "door", "dus", "echt", "echter", "een", "eens", "eerst", "elk", "elke",
    "en", "enkele", "er", "ergens", "even", "ga", "gaan", "gaat", "gedaan", "geen", "gehad", "geweest", "geworden",
    "haar", "had", "hadden", "heb", "hebben", "hebt", "heeft", "hem", "hen", "het", "hier", "hij", "hoe", "hun",
    "iemand", "iets", "ik", "in", "is", "ja", "je", "jij", "jou", "jouw", "jullie", "kan", "kon", "kunnen", "laat",
    "later", "maar", "mag", "me", "mee", "meer", "men", "met", "mezelf", "mij", "mijn", "moet", "moeten", "mogen",
    "na", "naar", "nee", "net", "niemand", "niet", "niets", "nog", "nooit", "nou", "nu", "of", "om", "omdat", "onder",
    "ons", "onze", "ook", "op", "over", "pas", "per", "reeds", "sinds", "soms", "steeds", "straks", "te", "tegen",
    "tijdens", "toch", "toe", "toen", "tot", "tussen", "u", "uit", "uw", "van", "vanaf", "veel", "via", "voor",
    "vooral", "waar", "waarom", "wanneer", "want", "waren", "was", "wat", "we", "wel", "welke", "werd", "werden",
    "wie", "wij", "wil", "willen", "word", "worden", "wordt", "zal", "ze", "zei", "zeker", "zelf", "zelfs", "zich",
    "zichzelf", "zij", "zijn", "zo", "zoals", "zonder", "zou", "zouden", "zullen", "zult", "één",
};

static const char *const swedish[] = {
    "alla", "allt", "alltid", "alltså", "andra", "att", "av", "bara", "blev", "bli", "blir", "blivit", "borde",
    "både", "de", "deg", "dem", "den", "denna", "deras", "dess", "dessa", "det", "detta", "dig", "din", "dina", "dit",
    "ditt", "du", "där", "därför", "då", "efter", "eftersom", "ej", "eller", "en", "enligt", "er", "era", "ert",
    "ett", "fick", "finns", "från", "få", "får", "för", "ganska", "gjorde", "gå", "går", "gör", "göra", "ha", "hade",
    "haft", "han", "hans", "har", "hej", "helt", "henne", "hennes", "hit", "hon", "honom", "hos", "hur", "här", "i",
    "iallafall", "igen", "in", "inga", "ingen", "inget", "innan", "inne", "inom", "inte", "ja", "jag", "jo", "ju",
    "kan", "kanske", "kom", "kommer", "kunde", "kunna", "lite", "man", "med", "mellan", "men", "mer", "mest", "mig",
    "min", "mina", "mitt", "mot", "mycket", "många", "måste", "ned", "nej", "ni", "nog", "nu", "när", "någon",
    "något", "några", "nån", "och", "också", "om", "oss", "på", "redan", "samma", "sedan", "sen", "sig", "sin",
    "sina", "sitt", "ska", "skall", "skulle", "som", "så", "sådan", "sådana", "sådant", "tack", "till", "tills",
    "tror", "under", "upp", "ut", "utan", "utom", "vad", "var", "vara", "varför", "varit", "varje", "vars", "vart",
    "vem", "vems", "vi", "vid", "vidare", "vilka", "vilkas", "vilken", "vilket", "vill", "ville", "vår", "våra",
    "vårt", "än", "åt", "över",
};

static const char *const danish[] = {
    "ad", "af", "aldrig", "alle", "allerede", "alligevel", "alt", "altid", "altså", "anden", "andet", "andre", "at",
    "bare", "begge", "begyndte", "blev", "blive", "bliver", "burde", "både", "da", "dag", "de", "dem", "den", "denne",
    "der", "deres", "derfor", "det", "dets", "dette", "dig", "din", "dine", "disse", "dit", "dog", "du", "efter",
    "ej", "eller", "en", "end", "endnu", "ene", "eneste", "enhver", "er", "et", "far", "fik", "flere", "for", "fordi",
    "fra", "få", "får", "før", "gennem", "gik", "gjorde", "god", "går", "gør", "gøre", "ham", "han", "hans", "har",
    "havde", "have", "hej", "helt", "hen", "hende", "hendes", "her", "hos", "hun", "hvad", "hver", "hvilke",
    "hvilken", "hvis", "hvor", "hvordan", "hvorfor", "hvornår", "i", "igen", "igennem", "ikke", "ind", "indtil",
    "ingen", "intet", "ja", "jeg", "jer", "jeres", "jo", "kan", "kom", "komme", "kommer", "kun", "kunne", "lad",
    "lave", "lidt", "lige", "ligesom", "man", "mand", "mange", "med", "meget", "mellem", "men", "mens", "mere", "mig",
    "min", "mindre", "mine", "mit", "mod", "må", "måske", "ned", "nej", "nogen", "noget", "nogle", "nok", "nu", "når",
    "nær", "næste", "næsten", "og", "også", "om", "omkring", "op", "os", "over", "på", "sagde", "samme", "se", "selv",
    "ser", "ses", "sig", "sige", "siger", "sin", "sine", "sit", "skal", "skulle", "som", "stadig", "så", "sådan",
    "tag", "tak", "til", "tilbage", "to", "ud", "uden", "under", "undtagen", "var", "ved", "vi", "vil", "ville",
    "vor", "vore", "vores", "være", "været",
};

static const char *const norwegian[] = {
    "alle", "allerede", "alt", "altså", "andre", "annen", "annet", "at", "av", "bare", "begge", "ble", "bli", "blir",
    "blitt", "bra", "både", "da", "de", "deg", "dei", "deim", "deira", "dem", "den", "denne", "der", "dere", "deres",
    "derfor", "det", "dette", "din", "disse", "ditt", "du", "dykk", "eg", "ei", "ein", "eit", "eller", "en", "enda",
    "endelig", "enn", "er", "et", "etter", "for", "fordi", "fra", "få", "får", "før", "først", "gjorde", "gjør", "gå",
    "går", "ha", "hadde", "han", "hans", "har", "heller", "helt", "henne", "hennes", "her", "hit", "hos", "hun",
    "hva", "hvem", "hver", "hverandre", "hvilke", "hvilken", "hvis", "hvor", "hvordan", "hvorfor", "i", "ikke",
    "ikkje", "ingen", "inn", "innen", "ja", "jeg", "jo", "kan", "kanskje", "kom", "kommer", "korleis", "kun", "kunne",
    "la", "lenge", "litt", "man", "mange", "med", "meg", "meget", "mellom", "men", "mens", "mer", "mest", "min",
    "mine", "mitt", "mot", "mye", "må", "måtte", "nei", "noe", "noen", "nok", "nå", "når", "og", "også", "om", "opp",
    "oss", "over", "på", "samme", "seg", "selv", "si", "siden", "sin", "sine", "sitt", "skal", "skulle", "slik",
    "som", "så", "takk", "til", "under", "ut", "uten", "var", "ved", "vel", "veldig", "vi", "vil", "ville", "vår",
    "våre", "være", "vært",
};

static const char *const finnish[] = {
    "ai", "aika", "aina", "ainakin", "ainoa", "ajan", "alla", "asti", "edes", "ehkä", "ei", "eikä", "eivät", "eli",
    "ellei", "emme", "en", "enemmän", "ennen", "entä", "enää", "eri", "esimerkiksi", "et", "ette", "että", "haluan",
    "he", "heidän", "heille", "heistä", "heitä", "hyvin", "hän", "häneen", "hänelle", "hänellä", "hänen", "hänet",
    "häntä", "ihan", "ilman", "itse", "ja", "jo", "johon", "joiden", "joille", "joista", "joita", "joka", "jokainen",
    "jokin", "joko", "jolla", "jolle", "jonka", "jopa", "jos", "joskus", "jossa", "josta", "jota", "jotain", "joten",
    "jotka", "jotta", "juuri", "jää", "kai", "kaikki", "kanssa", "kautta", "keneen", "kenen", "kerran", "keskellä",
    "kiitos", "kohti", "koko", "koska", "koskaan", "kuin", "kuinka", "kuka", "kun", "kuten", "kyllä", "lisää", "luo",
    "lähes", "me", "meidän", "meille", "meistä", "meitä", "melko", "mihin", "miksi", "mikä", "mille", "milloin",
    "millä", "minkä", "minua", "minulla", "minulle", "minun", "minut", "minä", "missä", "mistä", "miten", "mitä",
    "mm", "moni", "monta", "mukaan", "mulla", "mun", "mutta", "muu", "muut", "muuta", "myös", "mä", "ne", "niiden",
    "niille", "niin", "niistä", "niitä", "no", "noin", "nuo", "nyt", "näin", "nämä", "ole", "olen", "olet", "olette",
    "oli", "olimme", "olin", "olisi", "olisin", "olit", "olivat", "olla", "olleet", "ollut", "on", "ovat", "paitsi",
    "paljon", "pitää", "pois", "puolesta", "se", "sekä", "sellainen", "sen", "senkin", "siellä", "siihen", "siinä",
    "siis", "siitä", "sillä", "silti", "sinne", "sinua", "sinulla", "sinun", "sinut", "sinä", "sitten", "sitä", "sun",
    "sä", "taas", "tai", "takia", "te", "teidän", "teille", "teitä", "toi", "toinen", "tosi", "tuo", "tuon", "tuossa",
    "tähän", "tällä", "tämä", "tämän", "tässä", "tästä", "tätä", "täällä", "ulos", "vaan", "vaikka", "vain",
    "varmaan", "vasta", "vielä", "voi", "voin", "voisi", "voivat", "yhtä", "yli",
};

static const char *const turkish[] = {
    "acaba", "ama", "ancak", "artık", "aslında", "az", "bana", "bazen", "bazı", "belki", "ben", "benden", "beni",
    "benim", "beri", "bile", "bir", "biraz", "biri", "birkaç", "birçok", "birşey", "biz", "bizden", "bize", "bizi",
    "bizim", "bu", "buna", "bunda", "bundan", "bunlar", "bunları", "bunların", "bunu", "bunun", "burada", "böyle",
    "böylece", "bütün", "da", "daha", "dahi", "de", "defa", "demek", "değil", "diye", "diğer", "dolayı", "en",
    "fakat", "falan", "fazla", "gibi", "göre", "hala", "hangi", "hani", "hatta", "hem", "henüz", "hep", "hepsi",
    "her", "herkes", "hiç", "hiçbir", "hâlâ", "ile", "ilgili", "ise", "için", "işte", "kadar", "karşın", "kendi",
    "kendine", "kendini", "ki", "kim", "kime", "kimi", "kimse", "mi", "mu", "mü", "mı", "nasıl", "ne", "neden",
    "nedenle", "nerde", "nerede", "nereye", "niye", "niçin", "o", "olan", "olarak", "oldu", "olduğu", "olduğunu",
    "olmak", "olması", "olsa", "olsun", "olur", "ona", "ondan", "onlar", "onlardan", "onları", "onların", "onu",
    "onun", "orada", "oysa", "pek", "rağmen", "sadece", "sana", "sanki", "sen", "senden", "seni", "senin", "siz",
    "sizden", "size", "sizi", "sizin", "son", "sonra", "ta", "tabii", "tamam", "tüm", "var", "ve", "veya", "ya",
    "yani", "yapmak", "yerine", "yine", "yok", "yoksa", "zaten", "çok", "çoğu", "çünkü", "öyle", "üzere", "şey",
    "şeyler", "şimdi", "şu", "şuna", "şunu", "şöyle",
};

static const char *const russian[] = {
    "а", "без", "более", "больше", "будет", "будто", "бы", "был", "была", "были", "было", "быть", "в", "вам", "вами",
    "вас", "ваш", "ваша", "ваше", "ваши", "вдруг", "ведь", "весь", "во", "вот", "впрочем", "все", "всегда", "всего",
    "всем", "всех", "всю", "всё", "вы", "где", "да", "даже", "два", "для", "до", "другой", "его", "ее", "ей", "ему",
    "если", "есть", "еще", "ещё", "её", "ж", "же", "за", "зачем", "здесь", "и", "из", "или", "им", "имени", "иногда",
    "их", "к", "как", "какая", "какой", "когда", "которая", "которого", "которое", "которой", "которые", "который",
    "кто", "куда", "ли", "лишь", "лучше", "между", "меня", "мне", "много", "может", "можно", "мои", "мой", "моя",
    "моё", "мы", "на", "над", "надо", "наконец", "нас", "наш", "наша", "не", "него", "нее", "ней", "нельзя", "нет",
    "неё", "ни", "нибудь", "никогда", "ним", "них", "ничего", "но", "ну", "о", "об", "один", "он", "она", "они",
    "оно", "опять", "от", "очень", "перед", "по", "под", "пока", "после", "потом", "потому", "почему", "почти", "при",
    "про", "просто", "раз", "разве", "с", "сам", "сами", "самый", "своего", "своей", "свой", "свою", "себе", "себя",
    "сейчас", "со", "совсем", "спасибо", "так", "также", "такие", "такой", "там", "тебе", "тебя", "тем", "теперь",
    "то", "тобой", "тогда", "того", "тоже", "той", "только", "том", "тот", "три", "тут", "ты", "у", "уж", "уже",
    "хорошо", "хоть", "хотя", "чего", "чей", "чем", "через", "что", "чтоб", "чтобы", "чуть", "эта", "эти", "этих",
    "это", "этого", "этой", "этом", "этот", "эту", "я",
};

static const char *const ukrainian[] = {
    "а", "або", "адже", "але", "б", "багато", "без", "би", "був", "була", "були", "було", "бути", "в", "вам", "вас",
    "ваш", "ваша", "вже", "ви", "вона", "вони", "воно", "все", "всі", "від", "він", "де", "для", "до", "дуже", "з",
    "за", "завжди", "зараз", "зі", "й", "його", "коли", "кому", "куди", "лише", "мене", "мені", "ми", "мов", "може",
    "можна", "моя", "між", "мій", "на", "над", "нам", "нас", "наш", "наша", "не", "немає", "неї", "ним", "них", "ну",
    "ні", "ніж", "ніхто", "нічого", "о", "об", "один", "он", "по", "поки", "про", "просто", "під", "після", "та",
    "так", "такий", "також", "там", "твій", "те", "теж", "ти", "тим", "то", "тобі", "того", "тоді", "той", "тому",
    "треба", "тут", "у", "хоча", "хто", "це", "цей", "цього", "ця", "ці", "чи", "чого", "чому", "що", "щоб", "я",
    "як", "яка", "який", "якщо", "які", "є", "і", "із", "інший", "їй", "їм", "їх", "її",
};

static const char *const polish[] = {
    "a", "aby", "ach", "albo", "ale", "ani", "aż", "bardzo", "bez", "bo", "bowiem", "by", "bym", "być", "był", "była",
    "było", "były", "byś", "będzie", "będą", "chce", "chcę", "choć", "ci", "ciebie", "cię", "co", "coś", "czego",
    "czemu", "czy", "czyli", "dla", "dlaczego", "dlatego", "do", "dobrze", "dość", "dużo", "dwa", "dzięki", "dziś",
    "gdy", "gdyby", "gdyż", "gdzie", "go", "i", "ich", "ile", "im", "inne", "inny", "iż", "ja", "jak", "jaka",
    "jakby", "jaki", "jakie", "jako", "je", "jeden", "jednak", "jedno", "jednym", "jego", "jej", "jemu", "jest",
    "jestem", "jesteś", "jesteśmy", "jeszcze", "jeśli", "jeżeli", "już", "ją", "każdy", "kiedy", "kilka", "kto",
    "ktoś", "która", "które", "którego", "której", "który", "których", "którym", "którzy", "ku", "lecz", "lub", "ma",
    "mają", "mam", "mi", "mieć", "mimo", "między", "mnie", "mną", "moga", "moja", "moje", "może", "można", "mu",
    "musi", "my", "mój", "na", "nad", "nam", "nami", "nas", "nasz", "nasza", "nasze", "nawet", "nic", "nich", "nie",
    "niego", "niej", "niemu", "nigdy", "nim", "nimi", "nią", "niż", "no", "o", "obok", "od", "ok", "około", "on",
    "ona", "one", "oni", "ono", "oraz", "oto", "owszem", "pan", "pani", "po", "pod", "podczas", "pomimo", "ponad",
    "ponieważ", "potem", "powinien", "poza", "prawie", "przecież", "przed", "przede", "przez", "przy", "raz", "razie",
    "również", "sam", "sama", "się", "skąd", "sobie", "sobą", "swoja", "swoje", "swój", "są", "ta", "tak", "taka",
    "taki", "takie", "także", "tam", "te", "tego", "tej", "ten", "teraz", "też", "to", "tobie", "tobą", "toteż",
    "trzeba", "tu", "tutaj", "twoja", "twoje", "twój", "ty", "tych", "tylko", "tym", "u", "w", "wam", "wami", "was",
    "wasz", "według", "wiele", "więc", "więcej", "wszyscy", "wszystkich", "wszystko", "wtedy", "wy", "właśnie", "z",
    "za", "zawsze", "zaś", "ze", "znów", "żaden", "że", "żeby",
};

static const char *const czech[] = {
    "a", "aby", "aj", "ale", "anebo", "ani", "asi", "až", "bez", "bude", "budem", "budeš", "by", "byl", "byla",
    "byli", "bylo", "být", "co", "což", "další", "dnes", "do", "ho", "i", "jak", "jako", "je", "jeho", "jej",
    "jejich", "její", "jen", "ještě", "ji", "jiné", "již", "jsem", "jseš", "jsi", "jsme", "jsou", "jste", "já", "k",
    "kam", "kde", "kdo", "kdy", "když", "ke", "která", "které", "který", "kteří", "ku", "mají", "mezi", "mi", "mne",
    "mnou", "mně", "moje", "moji", "možná", "my", "má", "mám", "máme", "máš", "mít", "mě", "můj", "může", "na", "nad",
    "ne", "nebo", "nebyl", "není", "než", "nic", "nich", "nám", "námi", "nás", "náš", "ním", "nějaký", "o", "od",
    "ode", "on", "ona", "oni", "ono", "pak", "po", "pod", "podle", "pokud", "pouze", "pro", "prosím", "protože",
    "proč", "právě", "před", "přes", "při", "s", "se", "si", "sice", "své", "svých", "svůj", "ta", "tady", "tak",
    "také", "takže", "tam", "tato", "tedy", "ten", "tento", "teď", "to", "tobě", "tohle", "toho", "tom", "tomu",
    "toto", "tu", "tuto", "tvůj", "ty", "tyto", "tím", "tě", "u", "už", "v", "ve", "vy", "vám", "vás", "váš", "více",
    "však", "všechno", "z", "za", "zde", "ze", "či", "že",
};

static const char *const romanian[] = {
    "a", "abia", "acea", "aceasta", "această", "aceea", "acel", "acela", "acest", "acesta", "aceste", "acolo", "acum",
    "ai", "aici", "al", "ale", "am", "apoi", "ar", "are", "asta", "astfel", "asupra", "atunci", "atât", "au", "avea",
    "avem", "aveți", "azi", "aș", "așa", "bine", "ce", "cea", "cel", "cele", "celor", "chiar", "ci", "cine", "cineva",
    "cu", "cui", "cum", "când", "câte", "că", "da", "dacă", "dar", "de", "deci", "decât", "deja", "deoarece",
    "departe", "despre", "din", "dintre", "doar", "după", "e", "ea", "ei", "el", "ele", "era", "este", "eu", "face",
    "fi", "fie", "fiecare", "fost", "fără", "i", "ia", "iar", "la", "le", "li", "lor", "lui", "m", "mai", "mare",
    "mea", "mei", "mele", "mereu", "meu", "mi", "mine", "mult", "multe", "mulți", "mă", "ne", "nici", "nimeni",
    "nimic", "noastre", "noi", "nostru", "nu", "o", "oare", "ori", "orice", "pe", "pentru", "peste", "poate", "prea",
    "prin", "s", "sau", "se", "spre", "sub", "sunt", "suntem", "sunteți", "să", "ta", "tale", "te", "toate", "toată",
    "tot", "totuși", "toți", "tu", "un", "una", "unde", "unei", "unor", "unui", "va", "voastre", "voi", "vom",
    "vostru", "vreo", "vă", "îi", "îl", "îmi", "în", "înainte", "încă", "între", "îți", "și", "ți",
};

static const char *const hungarian[] = {
    "a", "abban", "ahhoz", "ahogy", "ahol", "aki", "akik", "akkor", "alatt", "amely", "amelyek", "ami", "amikor",
    "amíg", "az", "azaz", "azok", "azon", "azonban", "azt", "aztán", "azzal", "azért", "be", "belül", "benne", "bár",
    "csak", "de", "e", "ebben", "eddig", "egy", "egyes", "egyetlen", "egyik", "egyre", "egyéb", "egész", "ehhez",
    "el", "ellen", "elég", "elő", "először", "előtt", "erre", "ez", "ezek", "ezen", "ezt", "ezzel", "ezért", "fel",
    "felé", "ha", "hanem", "hiszen", "hogy", "hogyan", "hát", "igen", "illetve", "ilyen", "is", "ismét", "itt",
    "jobban", "jó", "jól", "kell", "kellett", "keresztül", "ki", "kívül", "között", "közül", "le", "legyen", "lehet",
    "lenne", "lesz", "lett", "ma", "maga", "magát", "majd", "meg", "mellett", "mely", "mert", "mi", "mikor", "milyen",
    "mind", "minden", "mindig", "mint", "mintha", "mit", "miért", "mondta", "most", "már", "más", "még", "ne",
    "nekem", "neki", "nem", "nincs", "néha", "olyan", "ott", "pedig", "persze", "rá", "s", "saját", "sem", "semmi",
    "sok", "sokat", "szerint", "szinte", "talán", "te", "tehát", "ti", "tovább", "több", "ugyanis", "utána", "vagy",
    "vagyok", "valaki", "valami", "való", "van", "vannak", "vissza", "viszont", "volt", "voltak", "voltam", "ám",
    "át", "én", "éppen", "és", "így", "össze", "úgy", "újra", "ő", "ők",
};

static const char *const greek[] = {
    "ένα", "ένασ", "έτσι", "έχει", "έχεισ", "έχουν", "έχω", "ή", "ήταν", "αν", "από", "αυτά", "αυτέσ", "αυτή",
    "αυτοί", "αυτού", "αυτό", "αυτόσ", "αυτών", "για", "γιατί", "δε", "δεν", "είμαι", "είναι", "είσαι", "είστε",
    "είχα", "είχε", "εγώ", "εδώ", "εκεί", "εμείσ", "εσείσ", "εσύ", "η", "θα", "κάθε", "κάτι", "και", "κατά", "κι",
    "μέχρι", "μία", "μα", "μασ", "με", "μετά", "μη", "μην", "μια", "μου", "μπορεί", "μόνο", "να", "ναι", "ο", "οι",
    "πάντα", "παρά", "ποιοσ", "πολύ", "που", "πού", "πρέπει", "πριν", "προσ", "πωσ", "πώσ", "σαν", "σασ", "σε", "σου",
    "στα", "στη", "στην", "στισ", "στο", "στον", "στουσ", "τα", "τη", "την", "τησ", "τι", "τισ", "το", "τον", "του",
    "τουσ", "των", "τότε", "τώρα", "ωσ", "όλα", "όλοι", "όμωσ", "όπου", "όπωσ", "όταν", "ότι", "όχι",
};

static const char *const arabic[] = {
    "أن", "أنا", "أنت", "أنه", "أو", "أي", "أين", "إذا", "إلا", "إلى", "إن", "إنه", "اذا", "الآن", "الا", "الان",
    "التي", "الذي", "الذين", "اللي", "الى", "ان", "انا", "انت", "او", "اي", "بعد", "بعض", "بل", "بما", "به", "بها",
    "بين", "تكون", "ثم", "جدا", "حتى", "حول", "حيث", "خلال", "دون", "ذلك", "سوف", "شو", "على", "علي", "عليك", "عليه",
    "عليها", "عن", "عند", "عندما", "غير", "فقط", "فى", "في", "فيه", "فيها", "قال", "قبل", "قد", "كان", "كانت", "كل",
    "كلما", "كم", "كما", "كنت", "كيف", "لأن", "لا", "لقد", "لك", "لكل", "لكن", "لم", "لما", "لماذا", "لن", "له",
    "لها", "لهم", "لو", "لي", "ليس", "ليست", "ما", "ماذا", "متى", "مثل", "مع", "من", "منذ", "منه", "منها", "مو",
    "نحن", "هذا", "هذه", "هل", "هم", "هنا", "هناك", "هو", "هي", "و", "والله", "وان", "وفي", "وقد", "ولا", "ولكن",
    "ولم", "وما", "ومن", "وهو", "وهي", "يا", "يكون", "يوم",
};

static const char *const persian[] = {
    "آن", "آنها", "از", "است", "اما", "اگر", "این", "اینکه", "با", "باشد", "باید", "بر", "برای", "بسیار", "بعد", "به",
    "بود", "بودن", "بی", "تا", "تو", "حتی", "خود", "خیلی", "داد", "دارد", "دارم", "در", "دیگر", "را", "رو", "شد",
    "شده", "شما", "شود", "فقط", "ما", "مرا", "من", "می", "میشه", "میکنه", "نمی", "نه", "نیست", "ها", "هر", "هم",
    "همه", "همین", "هنوز", "هیچ", "و", "ولی", "پس", "پیش", "چرا", "چه", "چون", "چیزی", "کرد", "کردم", "کردن", "کرده",
    "کن", "کند", "کنم", "کنید", "که", "کی", "یا", "یه", "یک",
};

static const char *const hebrew[] = {
    "אבל", "או", "אולי", "אותה", "אותו", "אותי", "אותך", "אותם", "אז", "אחר", "אחרי", "איזה", "איך", "אין", "אינו",
    "איפה", "אם", "אנחנו", "אני", "אף", "אפשר", "את", "אתה", "אתם", "בגלל", "בו", "בין", "בכל", "בלי", "במקום", "גם",
    "ה", "הוא", "היא", "היה", "היו", "היום", "הייתי", "הם", "הן", "הנה", "הרבה", "זאת", "זה", "זו", "חוץ", "יותר",
    "יש", "כבר", "כדי", "כי", "כך", "כל", "כמה", "כמו", "כן", "לא", "להיות", "להם", "לו", "לי", "לך", "למה", "למי",
    "לנו", "לפני", "מאוד", "מה", "מי", "מן", "מתי", "עד", "עוד", "עכשיו", "על", "עם", "פה", "רק", "של", "שלה", "שלהם",
    "שלו", "שלי", "שלך", "שלנו", "שם", "תודה",
};

static const char *const hindi[] = {
    "अगर", "अपना", "अपनी", "अपने", "अब", "अभी", "आप", "आपका", "आपकी", "आपके", "आपको", "इन", "इस", "इसका", "इसके", "इसको",
    "इसलिए", "इसी", "इसे", "उन", "उनका", "उनकी", "उनके", "उनको", "उन्हें", "उस", "उसका", "उसकी", "उसके", "उसको", "उसे", "एक",
    "ऐसा", "ऐसे", "और", "कब", "कभी", "कर", "करके", "करता", "करते", "करना", "करने", "करें", "कहा", "कहाँ", "का", "काफी", "कि",
    "कितना", "किन", "किया", "किस", "किसी", "की", "कुछ", "के", "को", "कोई", "कौन", "क्या", "क्यों", "क्योंकि", "गई", "गए",
    "गया", "जब", "जहाँ", "जा", "जाता", "जाती", "जाते", "जाने", "जैसा", "जैसे", "जो", "तक", "तब", "तरह", "तुम", "तू", "ते",
    "तो", "था", "थी", "थे", "दिया", "दो", "नहीं", "ना", "ने", "पर", "फिर", "बस", "बहुत", "बाद", "भी", "मुझे", "में", "मेरा",
    "मेरी", "मेरे", "मैं", "मैंने", "यदि", "यह", "यहाँ", "या", "ये", "रहा", "रही", "रहे", "लिए", "ले", "लेकिन", "व", "वह", "वहाँ",
    "वाला", "वाली", "वाले", "वे", "वो", "सब", "सबसे", "सभी", "साथ", "से", "हम", "हमारा", "हमारी", "हमारे", "हमें", "ही",
    "हुआ", "हुई", "हुए", "है", "हैं", "हो", "होगा", "होता", "होती", "होते", "होना", "होने",
};

static const char *const indonesian[] = {
    "ada", "adalah", "agar", "aja", "akan", "aku", "anda", "apa", "apakah", "atau", "bagaimana", "bagi", "bahwa",
    "banyak", "baru", "begitu", "beliau", "belum", "berapa", "biar", "bila", "bisa", "boleh", "buat", "bukan", "cuma",
    "dalam", "dan", "dari", "daripada", "deh", "dengan", "dgn", "di", "dia", "dong", "dulu", "ga", "gak", "gimana",
    "gitu", "gue", "gw", "hal", "hanya", "harus", "hingga", "ia", "ini", "itu", "iya", "jadi", "jangan", "jika",
    "juga", "kalau", "kalo", "kami", "kamu", "kan", "kapan", "karena", "karna", "kata", "ke", "kenapa", "kepada",
    "ketika", "kita", "km", "kok", "krn", "lagi", "lah", "lain", "lalu", "lebih", "lo", "loh", "lu", "maka", "mana",
    "masih", "mau", "memang", "mereka", "mu", "namun", "nanti", "nggak", "nih", "nya", "oleh", "pada", "para",
    "pernah", "pun", "punya", "saat", "sama", "sampai", "sangat", "saya", "se", "sebagai", "sebelum", "sebuah",
    "sedang", "sehingga", "sejak", "sekali", "sekarang", "selalu", "semua", "sendiri", "seorang", "seperti", "serta",
    "setelah", "si", "siapa", "sih", "suatu", "sudah", "supaya", "tapi", "telah", "tentang", "terhadap", "tetapi",
    "tidak", "udah", "untuk", "utk", "ya", "yaitu", "yakni", "yang", "yg",
};

static const char *const malay[] = {
    "ada", "adalah", "agar", "akan", "aku", "anda", "apa", "apabila", "atas", "atau", "bagaimana", "bagi", "bahawa",
    "banyak", "beberapa", "belum", "boleh", "buat", "bukan", "dah", "dalam", "dan", "dari", "daripada", "dengan",
    "di", "dia", "hanya", "harus", "ialah", "ini", "itu", "jadi", "jangan", "jika", "juga", "kalau", "kami", "kamu",
    "kan", "kau", "ke", "kena", "kepada", "kerana", "kita", "kot", "la", "lagi", "lah", "lain", "lebih", "mahu",
    "mana", "masih", "mereka", "nak", "ni", "oleh", "pada", "para", "pun", "sahaja", "saja", "sama", "sangat", "saya",
    "sebab", "sebagai", "sebuah", "secara", "sedang", "sejak", "semua", "seperti", "serta", "siapa", "sudah",
    "supaya", "tak", "tapi", "telah", "tentang", "terhadap", "tetapi", "tiada", "tidak", "tu", "untuk", "ya", "yang",
    "yg",
};

static const char *const vietnamese[] = {
    "anh", "bạn", "bị", "bởi", "cho", "chúng", "chưa", "chỉ", "chị", "càng", "các", "cái", "còn", "có", "cùng",
    "cũng", "cần", "của", "em", "gì", "hay", "hơn", "hết", "họ", "khi", "không", "là", "lên", "lại", "mà", "mình",
    "mỗi", "một", "mới", "ngay", "người", "nhé", "như", "nhưng", "những", "nào", "này", "nên", "nó", "nếu", "nữa",
    "phải", "qua", "quá", "ra", "rất", "rằng", "rồi", "sau", "sẽ", "theo", "thì", "thế", "trong", "trên", "tôi",
    "tại", "từ", "việc", "và", "vào", "vì", "vậy", "về", "với", "vừa", "đang", "đi", "điều", "đây", "đã", "đó",
    "được", "đến", "để", "ở",
};

static const char *const catalan[] = {
    "a", "així", "això", "al", "algun", "alguna", "als", "altra", "altre", "altres", "amb", "aquell", "aquella",
    "aquest", "aquesta", "aquests", "cada", "com", "d'un", "d'una", "de", "del", "dels", "des", "doncs", "dos", "el",
    "ella", "ells", "els", "em", "en", "encara", "ens", "entre", "era", "esta", "estan", "estic", "està", "et", "fa",
    "fer", "fins", "ha", "han", "he", "hem", "hi", "ho", "i", "ja", "jo", "la", "les", "li", "lo", "meu", "meva",
    "mi", "molt", "molta", "molts", "més", "no", "nosaltres", "o", "on", "pel", "pels", "per", "perquè", "però",
    "poc", "pot", "quan", "que", "qui", "què", "s'ha", "se", "sempre", "sense", "ser", "seu", "seva", "si", "sobre",
    "solament", "sota", "sí", "són", "també", "tan", "te", "tenir", "tot", "tota", "tothom", "tots", "tu", "té", "un",
    "una", "unes", "uns", "va", "vaig", "van", "vos", "és",
};

static const char *const tagalog[] = {
    "ako", "alin", "amin", "aming", "ang", "ano", "at", "ay", "ba", "bakit", "bawat", "dahil", "dapat", "din", "dito",
    "doon", "eh", "ganito", "ganoon", "habang", "hanggang", "hindi", "huwag", "ibang", "ikaw", "ilang", "ito", "iyan",
    "iyon", "ka", "kami", "kanila", "kanya", "kapag", "kasi", "kay", "kaya", "kayo", "ko", "kung", "lahat", "lamang",
    "lang", "mas", "may", "mga", "mo", "muna", "na", "naman", "namin", "nang", "nasa", "natin", "ng", "nga", "ngayon",
    "ni", "nila", "nito", "niya", "nyo", "o", "pa", "paano", "pala", "para", "pero", "po", "rin", "sa", "saan",
    "sila", "sino", "siya", "sya", "talaga", "tayo", "tulad", "upang", "wala", "yan", "yun", "yung",
};

static const char *const japanese[] = {
    "あそこ", "あなた", "あの", "あれ", "い", "いう", "いつ", "いて", "いない", "いました", "います", "いる", "う",
    "うん", "え", "お", "および", "おり", "か", "かも", "から", "が", "くれ", "こ", "ここ", "こと", "この", "これ",
    "さ", "さん", "し", "した", "して", "しない", "しました", "します", "しまった", "じゃ", "する", "せる", "そう",
    "そこ", "その", "それ", "それで", "た", "たい", "ただ", "たち", "ため", "たら", "たり", "だ", "だけ", "だった",
    "だって", "だろう", "ちゃ", "つ", "て", "で", "でき", "できる", "でし", "でした", "でしょう", "です", "では",
    "でも", "と", "という", "とき", "ところ", "とても", "とも", "どう", "どこ", "どの", "どれ", "な", "ない",
    "なかった", "ながら", "なく", "なら", "なり", "なる", "なん", "なんか", "なんて", "に", "にて", "ね", "の",
    "ので", "のに", "は", "はい", "ば", "へ", "ほう", "ほど", "ま", "まし", "ました", "ます", "ません", "また",
    "まだ", "まで", "まま", "み", "みたい", "め", "も", "もう", "もの", "や", "やっぱり", "やはり", "よ", "よう",
    "ように", "よね", "より", "よる", "ら", "られ", "られる", "り", "れ", "れる", "わ", "わけ", "を", "ん", "今",
    "何", "俺", "僕", "的", "私",
};

static const char *const chinese[] = {
    "一", "一个", "一些", "一样", "一种", "上", "下", "不", "不会", "不是", "不过", "与", "且", "两", "个", "中",
    "为", "为了", "为什么", "之", "也", "了", "于", "些", "人", "什么", "什麼", "今天", "从", "他", "他们", "以",
    "以及", "们", "但", "但是", "何", "你", "你们", "使", "來", "例如", "便", "個", "們", "做", "像", "儿", "先",
    "全", "再", "出", "别", "到", "前", "却", "又", "只", "只是", "叫", "可", "可以", "可能", "吃", "吗", "吧", "呀",
    "呢", "和", "哦", "哪", "啊", "嗎", "嗯", "嘛", "因", "因为", "在", "多", "大", "她", "她们", "好", "如", "如何",
    "如果", "它", "它们", "对", "对于", "将", "對", "小", "就", "就是", "已", "已经", "并", "并且", "很", "後", "得",
    "從", "怎么", "想", "我", "我们", "或", "或者", "所", "所以", "所有", "才", "把", "於", "時", "最", "會",
    "會不會", "有", "有的", "沒", "沒有", "没", "没有", "為", "為什麼", "然后", "现在", "用", "由", "由于", "的",
    "的话", "着", "给", "而", "而且", "自", "自己", "與", "著", "被", "要", "說", "讓", "让", "说", "谁", "跟", "过",
    "还", "还是", "还有", "这", "这个", "这些", "这样", "这里", "這", "這些", "這個", "過", "還", "那", "那个",
    "那么", "那些", "那個", "那样", "那里", "都", "里", "除了", "随着", "非常", "麼",
};

static const char *const korean[] = {
    "가", "가장", "같은", "같이", "것", "것은", "것을", "것이", "게", "경우", "고", "과", "그", "그것", "그게",
    "그냥", "그는", "그들", "그래", "그래서", "그러나", "그런", "그런데", "그럼", "그렇게", "그리고", "그만", "근데",
    "나", "나는", "나도", "난", "내", "내가", "너", "너무", "너의", "넌", "네", "네가", "누가", "누구", "는", "다",
    "다른", "다시", "대한", "더", "도", "동안", "되는", "되어", "된", "두", "들", "듯", "등", "때", "때문에", "또",
    "또는", "를", "많은", "많이", "매우", "모두", "모든", "무슨", "무엇", "뭐", "및", "바로", "방금", "보다", "볼",
    "수", "수가", "수도", "아", "아니", "아니라", "아주", "아직", "안", "않고", "않는", "않은", "않을", "어", "어디",
    "어떤", "어떻게", "언제", "에", "에서", "여기", "역시", "오늘", "와", "왜", "우리", "우리가", "위해", "으로",
    "은", "을", "의", "이", "이거", "이건", "이것", "이게", "이는", "이런", "이렇게", "이미", "이제", "인", "있게",
    "있고", "있는", "있다", "있어", "있었다", "있으면", "있을", "자", "자기", "자신", "잘", "저", "저는", "저도",
    "전", "정말", "제", "제가", "좀", "주", "중", "지", "지금", "진짜", "참", "처럼", "하고", "하는", "하다", "하지",
    "하지만", "한", "할", "함께", "해", "해서", "했다", "혹시",
};

static const char *const thai[] = {
    "กว่า", "กัน", "กับ", "การ", "ก็", "ก่อน", "กําลัง", "ขอ", "ของ", "ขึ้น", "คง", "คน", "ครับ", "ความ", "คะ", "คือ", "ค่ะ",
    "จะ", "จาก", "จึง", "ฉัน", "ซึ่ง", "ดัง", "ด้วย", "ตั้งแต่", "ต่อ", "ต้อง", "ถึง", "ถ้า", "ทั้ง", "ที่", "ที่สุด", "ทุก", "ทํา", "ทําให้",
    "นะ", "นั้น", "นี้", "น่า", "บาง", "ผม", "ฝ่าย", "พบ", "พร้อม", "พวก", "มัน", "มา", "มาก", "มี", "ยัง", "รวม", "ระหว่าง",
    "รับ", "ร่วม", "ลง", "วัน", "ว่า", "สิ่ง", "ส่ง", "ส่วน", "สําหรับ", "หนึ่ง", "หรือ", "หลัง", "หลาย", "หาก", "อยาก", "อยู่",
    "ออก", "อะไร", "อาจ", "อีก", "เขา", "เข้า", "เช่น", "เธอ", "เปิด", "เป็น", "เพราะ", "เพื่อ", "เมื่อ", "เรา", "เริ่ม", "เลย",
    "เหมือน", "แค่", "แต่", "แบบ", "แล้ว", "แห่ง", "โดย", "ใน", "ให้", "ได้", "ไป", "ไม่", "ไว้",
};

#define LIST(words) words, sizeof(words) / sizeof *(words)

const struct stop_list social_stop_list = {"", LIST(social)};

const struct stop_list stop_lists[] = {
    {"ar", LIST(arabic)},
    {"ca", LIST(catalan)},
    {"cs", LIST(czech)},
    {"da", LIST(danish)},
    {"de", LIST(german)},
    {"el", LIST(greek)},
    {"en", LIST(english)},
    {"es", LIST(spanish)},
    {"fa", LIST(persian)},
    {"fi", LIST(finnish)},
    {"fr", LIST(french)},
    {"he", LIST(hebrew)},
    {"hi", LIST(hindi)},
    {"hu", LIST(hungarian)},
    {"id", LIST(indonesian)},
    {"it", LIST(italian)},
    {"ja", LIST(japanese)},
    {"ko", LIST(korean)},
    {"ms", LIST(malay)},
    {"nl", LIST(dutch)},
    {"no", LIST(norwegian)},
    {"pl", LIST(polish)},
    {"pt", LIST(portuguese)},
    {"ro", LIST(romanian)},
    {"ru", LIST(russian)},
    {"sv", LIST(swedish)},
    {"th", LIST(thai)},
    {"tl", LIST(tagalog)},
    {"tr", LIST(turkish)},
    {"uk", LIST(ukrainian)},
    {"vi", LIST(vietnamese)},
    {"zh", LIST(chinese)},
};

const size_t stop_list_count = sizeof stop_lists / sizeof *stop_lists;
