(ns portable.small-scheme (:require [clojure.string :as str]))
;; a small Scheme
(defn tokenize [s] (re-seq #"[()]|'|\"[^\"]*\"|[^\s()']+" s))
(defn parse-atom [t] (cond (re-matches #"-?\d+" t) (Long/parseLong t) (re-matches #"-?\d+\.\d+" t) (Double/parseDouble t) (str/starts-with? t "\"") (subs t 1 (dec (count t))) (= t "#t") true (= t "#f") false :else (symbol t)))
(defn parse [[t & ts]]
  (case t
    "(" (loop [ts ts acc []] (if (= ")" (first ts)) [acc (rest ts)] (let [[x r] (parse ts)] (recur r (conj acc x)))))
    "'" (let [[x r] (parse ts)] [['quote x] r])
    nil (throw (ex-info "unexpected eof" {:type :eof}))
    [(parse-atom t) ts]))
(defn parse-all [ts] (lazy-seq (when (seq ts) (let [[x r] (parse ts)] (cons x (parse-all r))))))
(def globals (atom {'+ + '- - '* * '/ / '< < '> > '= = 'list list 'car first 'cdr rest 'cons cons 'null? empty? 'display (fn [& xs] (apply println xs))}))
(declare ev)
(defn lookup [env s] (let [v (get env s (get @globals s ::none))] (if (= v ::none) (throw (ex-info (str "unbound: " s) {:sym s})) v)))
(defn ev-body [body env] (reduce (fn [_ e] (ev e env)) nil body))
(defn ev [x env]
  (cond (symbol? x) (lookup env x)
        (not (vector? x)) x
        :else (let [[op & args] x]
                (case op
                  quote (first args)
                  if (let [[c a b] args] (if (ev c env) (ev a env) (ev b env)))
                  define (let [[n & body] args] (if (vector? n) (let [[f & ps] n] (swap! globals assoc f (fn [& vs] (ev-body body (merge env (zipmap ps vs))))) f) (do (swap! globals assoc n (ev (first body) env)) n)))
                  lambda (let [[ps & body] args] (fn [& vs] (ev-body body (into env (map vector ps vs)))))
                  let (let [[bs & body] args] (ev-body body (into env (for [[n v] bs] [n (ev v env)]))))
                  begin (ev-body args env)
                  (apply (ev op env) (map #(ev % env) args))))))
(defn run [s] (doseq [e (parse-all (tokenize s))] (let [r (try (ev e {}) (catch clojure.lang.ExceptionInfo e (str "error: " (ex-message e) " " (ex-data e))) (catch ArithmeticException e (str "arith: " (.getMessage e))))] (when-not (symbol? r) (prn r)))))
(run "(define (fact n) (if (< n 2) 1 (* n (fact (- n 1))))) (fact 10) (define x 5) (+ x 1.5) (let ((a 1) (b 2)) (+ a b)) ((lambda (x y) (* x y)) 6 7)
(define (map f l) (if (null? l) '() (cons (f (car l)) (map f (cdr l))))) (map (lambda (x) (* x x)) '(1 2 3)) (display \"hi\" 1 2) (undefined 1) (/ 1 0) '(a (b c) \"d\") (begin 1 2 3) #t")
(prn (try (parse (tokenize "(a (b")) (catch Exception e [(ex-message e) (ex-data e)])))
