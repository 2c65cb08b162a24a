(ns libraries.instaparse
  (:require [instaparse.core :as insta :refer [defparser]]
            [instaparse.combinators :as c]))

(defparser arithmetic
  "expr = add-sub
   <add-sub> = mul-div | add | sub
   add = add-sub <'+'> mul-div
   sub = add-sub <'-'> mul-div
   <mul-div> = term | mul | div
   mul = mul-div <'*'> term
   div = mul-div <'/'> term
   <term> = number | <'('> add-sub <')'>
   number = #'[0-9]+'")
(prn (arithmetic "1-2/(3-4)+5*6"))
(prn (->> (arithmetic "1-2/(3-4)+5*6")
          (insta/transform {:add + :sub - :mul * :div / :number #?(:clj read-string :cljs js/parseInt) :expr identity})))

(def as-and-bs (insta/parser "S = AB*\nAB = A B\nA = 'a'+\nB = 'b'+"))
(prn (as-and-bs "aaaaabbbaaaabb") (as-and-bs "b") (insta/failure? (as-and-bs "abc")))
(println (as-and-bs "abc"))
(prn (insta/parses (insta/parser "S = 'a' S | 'a' 'a' S | Epsilon") "aaa"))
(prn (insta/parse as-and-bs "ab" :start :AB) (as-and-bs "aabbb" :partial true))
(def words (insta/parser "sentence = word (<ws> word)* ; <word> = #'\\w+' ; ws = #'\\s+'" :output-format :enlive))
(prn (words "the quick fox"))
(def lookahead (insta/parser "abc = &(A 'c') 'a'+ B ; A = 'a' [A] 'b' ; <B> = 'b' [B] 'c'"))
(prn (lookahead "aabbcc") (insta/failure? (lookahead "aabbc")))
(def built (insta/parser {:S (c/cat (c/nt :X) (c/star (c/cat (c/hide (c/string ",")) (c/nt :X)))) :X (c/regexp #"[a-z]+")} :start :S))
(prn (built "a,bc,d") (insta/span (built "a,bc,d")) (map insta/span (rest (built "a,bc,d"))))
(def spaced (insta/parser "S = 'x' 'y' 'z'" :auto-whitespace :standard))
(prn (spaced " x  y\nz ") (insta/get-failure (spaced "x q")))
(def abnf (insta/parser "phone = area \"-\" 4DIGIT\r\narea = 3DIGIT\r\n" :input-format :abnf))
(prn (abnf "555-1234"))
(println (pr-str (insta/parser "S = A / B ; A = 'a'? ; B = #'b+' ! 'c'")))
(prn (insta/add-line-and-column-info-to-metadata "a,bc" (built "a,bc"))
     (meta (insta/add-line-and-column-info-to-metadata "a,bc" (built "a,bc"))))
(prn (try (insta/parser "S = ") (catch #?(:clj Exception :cljs :default) e :bad-grammar)))
