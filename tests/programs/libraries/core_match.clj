(ns libraries.core-match
  (:require [clojure.core.match :refer [match]]
            [clojure.core.match.regex]))

(defn fizz [n] (match [(mod n 3) (mod n 5)] [0 0] "FizzBuzz" [0 _] "Fizz" [_ 0] "Buzz" :else n))
(prn (map fizz (range 1 16)))
(defn kinds [x]
  (match x
    [] :empty
    [1] :one
    [1 & more] [:one-and more]
    [a b :guard even?] [:second-even a b]
    [(:or 5 6) _] :five-or-six
    {:type :point :x x :y y} [:point x y]
    {:a {:b c}} [:deep c]
    "text" :text
    nil :nothing
    (n :guard number?) [:number n]
    _ :other))
(prn (map kinds [[] [1] [1 2 3] [3 4] [5 7] {:type :point :x 1 :y 2} {:a {:b 3}} "text" nil 42 "abcz" "q" #{1} [7 8 9]]))
(defn named [s] (match s #"a.*z" :a-to-z #"\d+" :digits :else :other))
(prn (map named ["abcz" "12" "q"]))
(defn balance [node]
  (match [node]
    [(:or [:black [:red [:red a x b] y c] z d] [:black [:red a x [:red b y c]] z d]
          [:black a x [:red [:red b y c] z d]] [:black a x [:red b y [:red c z d]]])]
    [:red [:black a x b] y [:black c z d]]
    :else node))
(prn (balance [:black [:red [:red 1 2 3] 4 5] 6 7]) (balance [:black 1 2 [:red 3 4 [:red 5 6 7]]]) (balance [:black 1 2 3]))
(defn evaluate [form env]
  (match [form]
    [(['let [x e] body] :seq)] (evaluate body (assoc env x (evaluate e env)))
    [([op a b] :seq)] (({'+ + '* * '- -} op) (evaluate a env) (evaluate b env))
    [(s :guard symbol?)] (env s)
    [n] n))
(prn (evaluate '(let [x (+ 1 2)] (* x (let [y 4] (- y x)))) {}))
(let [x 1 y 2] (prn (match [1 2] [x y] :locals :else :no) (match {:k 'sym} {:k 'sym} :quoted) (match (vector 1 (vector 2 3)) [a [b c]] (+ a b c))))
(prn (try (match 3 1 :one) (catch IllegalArgumentException e (.getMessage e))))
(prn (match [[1 2 3 4]] [[a _ & r]] [a r]) (match {:a 1 :b 2} {:a _ :c _} :c {:b x} x) (match (list 1 2) ([1 2] :seq) :list))
