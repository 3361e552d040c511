//! Names of people from many countries, each as written at home and as it would stand in an e-mail address.

/// People of one country and script.
pub(super) struct Culture {
    pub(super) locale: &'static str,
    pub(super) zone: &'static str,
    /// Country code and the first digit of a mobile number, and how many digits follow.
    pub(super) phone: (&'static str, u32),
    /// Family name first.
    pub(super) family_first: bool,
    /// What stands between the two names.
    pub(super) joint: &'static str,
    /// `native/latin` separated by spaces; one word where both are the same.
    pub(super) given: &'static str,
    pub(super) family: &'static str,
}

const fn western(
    locale: &'static str,
    zone: &'static str,
    phone: (&'static str, u32),
    given: &'static str,
    family: &'static str,
) -> Culture {
    Culture { locale, zone, phone, family_first: false, joint: " ", given, family }
}

const fn eastern(
    locale: &'static str,
    zone: &'static str,
    phone: (&'static str, u32),
    given: &'static str,
    family: &'static str,
) -> Culture {
    Culture { locale, zone, phone, family_first: true, joint: "", given, family }
}

pub(super) static CULTURES: &[Culture] = &[
    western(
        "en_GB",
        "Europe/London",
        ("+447", 9),
        "Olivia Amelia Isla Ava Lily George Oliver Arthur Noah Harry Freya Poppy Alfie Theo Imogen",
        "Smith Jones Taylor Brown Wilson Evans Thomas Johnson Roberts Walker Wright Hughes Hall Clarke O’Neill/oneill",
    ),
    western(
        "en_US",
        "America/New_York",
        ("+1212", 7),
        "Emma Charlotte Mia Sophia Evelyn Liam James Benjamin Lucas Henry Aaliyah DeShawn Madison Tyler Brooklyn",
        "Miller Davis Garcia Rodriguez Martinez Anderson Jackson White Harris Lewis Robinson Young Allen King Washington",
    ),
    western(
        "de_DE",
        "Europe/Berlin",
        ("+4915", 9),
        "Jürgen/juergen Günther/guenther Käthe/kaethe Sören/soeren Anna Lukas Emilia Jonas Leonie Matthias Björn/bjoern Ursula Heike Uwe",
        "Müller/mueller Schröder/schroeder Weiß/weiss Krüger/krueger Schmidt Fischer Weber Wagner Becker Hoffmann Schäfer/schaefer Koch Jäger/jaeger Groß/gross",
    ),
    western(
        "fr_FR",
        "Europe/Paris",
        ("+336", 8),
        "Élodie/elodie Chloé/chloe François/francois Zoé/zoe Léa/lea Gaël/gael Hélène/helene Jean-Luc/jeanluc Camille Hugo Inès/ines Loïc/loic Margaux Thérèse/therese",
        "Lefèvre/lefevre Durand Bérenger/berenger Moreau Garnier Faure Rousseau Chevalier Besançon/besancon Noël/noel D’Aubigné/daubigne Girard Perrin",
    ),
    western(
        "es_ES",
        "Europe/Madrid",
        ("+346", 8),
        "José/jose María/maria Begoña/begona Íñigo/inigo Andrés/andres Lucía/lucia Sofía/sofia Martín/martin Álvaro/alvaro Nuria Jesús/jesus Iker Ximena",
        "García/garcia Muñoz/munoz Ibáñez/ibanez Gómez/gomez Núñez/nunez Pérez/perez Álvarez/alvarez Ruiz Serrano Ortega Peña/pena Vázquez/vazquez",
    ),
    western(
        "pt_BR",
        "America/Sao_Paulo",
        ("+55119", 8),
        "João/joao Conceição/conceicao Luís/luis Antônio/antonio Márcia/marcia Thaís/thais Gabriela Rafael Caio Beatriz Vinícius/vinicius Débora/debora",
        "Gonçalves/goncalves Araújo/araujo Magalhães/magalhaes Conceição/conceicao Silva Souza Oliveira Pereira Carvalho Brandão/brandao Assunção/assuncao",
    ),
    western(
        "it_IT",
        "Europe/Rome",
        ("+393", 9),
        "Niccolò/niccolo Chiara Giuseppe Francesca Matteo Ginevra Alessandro Noemi Cosimo Ludovica Nicolò/nicolo Beatrice",
        "Rossi Esposito Bianchi Ferrari D’Angelo/dangelo Ricci Marino Greco Gallo Conti Fanfarò/fanfaro De_Luca/deluca",
    ),
    western(
        "sv_SE",
        "Europe/Stockholm",
        ("+467", 8),
        "Åsa/asa Göran/goran Märta/marta Örjan/orjan Astrid Elsa Lars Nils Ebba Torbjörn/torbjorn Linnéa/linnea Ulf",
        "Åkesson/akesson Lindström/lindstrom Sjöberg/sjoberg Bergström/bergstrom Nilsson Öberg/oberg Ekström/ekstrom Hägglund/hagglund Dahl",
    ),
    western(
        "pl_PL",
        "Europe/Warsaw",
        ("+485", 8),
        "Łukasz/lukasz Małgorzata/malgorzata Zażółć/zazolc Paweł/pawel Agnieszka Krzysztof Grażyna/grazyna Świętosława/swietoslawa Jan Zofia Michał/michal",
        "Wiśniewski/wisniewski Wójcik/wojcik Dąbrowska/dabrowska Zieliński/zielinski Kowalczyk Nowak Jabłoński/jablonski Brzęczyszczykiewicz/brzeczyszczykiewicz Żak/zak",
    ),
    western(
        "cs_CZ",
        "Europe/Prague",
        ("+4206", 8),
        "Jiří/jiri Ondřej/ondrej Zdeněk/zdenek Květa/kveta Tomáš/tomas Eliška/eliska Bořivoj/borivoj Ludmila Šárka/sarka",
        "Dvořák/dvorak Novák/novak Svobodová/svobodova Černý/cerny Procházka/prochazka Řezníček/reznicek Žižka/zizka Hájek/hajek",
    ),
    western(
        "tr_TR",
        "Europe/Istanbul",
        ("+905", 9),
        "İbrahim/ibrahim Işıl/isil Çağla/cagla Ömer/omer Şule/sule Gökhan/gokhan Ayşe/ayse Mehmet Zeynep Uğur/ugur",
        "Yılmaz/yilmaz Çelik/celik Şahin/sahin Öztürk/ozturk Kılıç/kilic Doğan/dogan Aydın/aydin Güneş/gunes İnce/ince",
    ),
    western(
        "el_GR",
        "Europe/Athens",
        ("+3069", 8),
        "Γιώργος/giorgos Ελένη/eleni Δημήτρης/dimitris Κατερίνα/katerina Νίκος/nikos Σοφία/sofia Παναγιώτης/panagiotis Χρυσούλα/chrysoula Ανδρέας/andreas",
        "Παπαδόπουλος/papadopoulos Οικονόμου/oikonomou Νικολάου/nikolaou Γεωργίου/georgiou Καραμανλής/karamanlis Βασιλείου/vasileiou Ξενάκης/xenakis",
    ),
    western(
        "ru_RU",
        "Europe/Moscow",
        ("+79", 9),
        "Александр/alexander Екатерина/ekaterina Дмитрий/dmitry Наталья/natalya Сергей/sergey Юлия/yulia Фёдор/fyodor Анна/anna Игорь/igor Светлана/svetlana",
        "Иванов/ivanov Смирнова/smirnova Кузнецов/kuznetsov Попова/popova Соловьёв/solovyov Щербаков/shcherbakov Лебедева/lebedeva Жуков/zhukov",
    ),
    western(
        "uk_UA",
        "Europe/Kyiv",
        ("+3806", 8),
        "Олександр/oleksandr Іванна/ivanna Тарас/taras Соломія/solomiia Богдан/bohdan Леся/lesia Їжак/yizhak Ярослав/yaroslav",
        "Шевченко/shevchenko Коваленко/kovalenko Бойко/boiko Ткаченко/tkachenko Ґалаґан/galagan Лисенко/lysenko Гнатюк/hnatiuk",
    ),
    western(
        "ar_EG",
        "Africa/Cairo",
        ("+2010", 8),
        "محمد/mohamed فاطمة/fatma أحمد/ahmed عائشة/aisha يوسف/youssef مريم/mariam عمر/omar نور/nour خالد/khaled ليلى/layla",
        "حسن/hassan عبدالله/abdullah إبراهيم/ibrahim السيد/elsayed المصري/elmasry منصور/mansour الحسيني/elhusseiny صالح/saleh",
    ),
    western(
        "fa_IR",
        "Asia/Tehran",
        ("+989", 9),
        "زهرا/zahra علی/ali رضا/reza پریسا/parisa کیان/kian شیرین/shirin بهرام/bahram نازنین/nazanin",
        "حسینی/hosseini محمدی/mohammadi کریمی/karimi رضایی/rezaei پورمحمد/pourmohammad تهرانی/tehrani گلستان/golestan",
    ),
    western(
        "he_IL",
        "Asia/Jerusalem",
        ("+9725", 8),
        "נועה/noa דוד/david תמר/tamar יוסף/yosef שירה/shira אבישי/avishai מיכל/michal אורי/uri",
        "כהן/cohen לוי/levi מזרחי/mizrahi פרץ/peretz ביטון/biton אברהמי/avrahami שפירא/shapira",
    ),
    western(
        "hi_IN",
        "Asia/Kolkata",
        ("+919", 9),
        "आरव/aarav प्रिया/priya विवेक/vivek अनन्या/ananya राहुल/rahul सुनीता/sunita कृष्णा/krishna दीपिका/deepika",
        "शर्मा/sharma वर्मा/verma गुप्ता/gupta पटेल/patel सिंह/singh मिश्रा/mishra अग्रवाल/agarwal",
    ),
    western(
        "bn_BD",
        "Asia/Dhaka",
        ("+8801", 9),
        "রহিম/rahim আয়েশা/ayesha তানভীর/tanvir সুমাইয়া/sumaiya করিম/karim নুসরাত/nusrat",
        "হোসেন/hossain ইসলাম/islam চৌধুরী/chowdhury রহমান/rahman আক্তার/akter",
    ),
    western(
        "ta_IN",
        "Asia/Kolkata",
        ("+918", 9),
        "கார்த்திக்/karthik மீனாட்சி/meenakshi அருண்/arun செல்வி/selvi முருகன்/murugan லட்சுமி/lakshmi",
        "சுப்ரமணியம்/subramaniam ராஜன்/rajan நாராயணன்/narayanan பாலசுப்பிரமணியன்/balasubramanian",
    ),
    western(
        "th_TH",
        "Asia/Bangkok",
        ("+668", 8),
        "สมชาย/somchai มาลี/malee ณัฐพล/nattapon ศิริพร/siriporn ปรีชา/preecha กัลยา/kanlaya",
        "ใจดี/jaidee ศรีสุข/srisuk ทองคำ/thongkham วงศ์สวัสดิ์/wongsawat แสงอรุณ/saengarun",
    ),
    Culture {
        locale: "vi_VN",
        zone: "Asia/Ho_Chi_Minh",
        phone: ("+849", 8),
        family_first: true,
        joint: " ",
        given: "Thị_Hương/huong Văn_Đức/duc Ngọc_Ánh/anh Quốc_Bảo/bao Thùy_Linh/linh Đình_Phúc/phuc Mỹ_Duyên/duyen",
        family: "Nguyễn/nguyen Trần/tran Lê/le Phạm/pham Huỳnh/huynh Đặng/dang Vũ/vu Đỗ/do",
    },
    eastern(
        "zh_CN",
        "Asia/Shanghai",
        ("+8613", 9),
        "伟/wei 芳/fang 秀英/xiuying 子涵/zihan 浩然/haoran 静/jing 建国/jianguo 雨桐/yutong 梓萱/zixuan 磊/lei",
        "王/wang 李/li 张/zhang 刘/liu 陈/chen 杨/yang 赵/zhao 黄/huang 欧阳/ouyang 司马/sima",
    ),
    eastern(
        "zh_TW",
        "Asia/Taipei",
        ("+8869", 8),
        "怡君/yichun 志明/chihming 淑芬/shufen 俊傑/chunchieh 雅婷/yating 家豪/chiahao",
        "陳/chen 林/lin 黃/huang 張/chang 蔡/tsai 鄭/cheng 龔/kung",
    ),
    eastern(
        "ja_JP",
        "Asia/Tokyo",
        ("+8190", 8),
        "太郎/taro 花子/hanako さくら/sakura 陽翔/haruto 結衣/yui 健一/kenichi 美咲/misaki 蓮/ren タケシ/takeshi 𠮷彦/yoshihiko",
        "佐藤/sato 鈴木/suzuki 高橋/takahashi 田中/tanaka 渡邊/watanabe 伊藤/ito 髙島/takashima 山﨑/yamazaki 小林/kobayashi",
    ),
    eastern(
        "ko_KR",
        "Asia/Seoul",
        ("+8210", 8),
        "민준/minjun 서연/seoyeon 지우/jiwoo 하은/haeun 도윤/doyun 수빈/subin 영희/younghee 철수/chulsoo",
        "김/kim 이/lee 박/park 최/choi 정/jung 강/kang 남궁/namgung 황보/hwangbo",
    ),
    western(
        "ka_GE",
        "Asia/Tbilisi",
        ("+9955", 8),
        "გიორგი/giorgi ნინო/nino დავით/davit თამარ/tamar ლევან/levan მარიამ/mariam",
        "ბერიძე/beridze კაპანაძე/kapanadze გელაშვილი/gelashvili ჭავჭავაძე/chavchavadze",
    ),
    western(
        "am_ET",
        "Africa/Addis_Ababa",
        ("+2519", 8),
        "አበበ/abebe ሰላም/selam ዳዊት/dawit ሃና/hana ተስፋዬ/tesfaye",
        "ከበደ/kebede ታደሰ/tadesse ገብረመድኅን/gebremedhin ኃይሌ/haile",
    ),
    western(
        "yo_NG",
        "Africa/Lagos",
        ("+2348", 9),
        "Olúwaṣeun/oluwaseun Adébáyọ̀/adebayo Títílayọ̀/titilayo Chinedu Ngozi Ìfẹ́olúwa/ifeoluwa Emeka Yetunde",
        "Adéwálé/adewale Okafor Ọlátúnjí/olatunji Eze Nwosu Balógun/balogun Ògúnṣọlá/ogunsola",
    ),
    western(
        "is_IS",
        "Atlantic/Reykjavik",
        ("+3546", 6),
        "Þórdís/thordis Guðmundur/gudmundur Æsa/aesa Sigríður/sigridur Bjarni Hallgrímur/hallgrimur",
        "Þorvaldsson/thorvaldsson Jónsdóttir/jonsdottir Guðjónsdóttir/gudjonsdottir Ægisson/aegisson",
    ),
];

/// The pairs of a word list, with `_` standing for a space.
pub(super) fn pairs(words: &'static str) -> Vec<(String, String)> {
    words
        .split_whitespace()
        .map(|word| {
            let (native, latin) = word.split_once('/').unwrap_or((word, word));
            (native.replace('_', " "), latin.to_lowercase())
        })
        .collect()
}
