/* SPDX-License-Identifier: Apache-2.0 */
/* samples.h - inputs for the tests of the reader; all keys made for this purpose with OpenSSL. */
#ifndef KA_LIB_READER_SAMPLES_H
#define KA_LIB_READER_SAMPLES_H

#define ED_BODY "MCowBQYDK2VwAyEAWHNd+Mqt5E0Ho5Hlw8EIzrAXxkk8esTplWwAECt+dlQ="
#define ED_PUB "-----BEGIN PUBLIC KEY-----\n" ED_BODY "\n-----END PUBLIC KEY-----\n"
#define EC_BODY \
	"MIIBbDCCAROgAwIBAgIUBghEskkc+nZ/HxjAvtmk+Y+WqaowCgYIKoZIzj0EAwIw\n" \
	"DDEKMAgGA1UEAwwBYTAeFw0yNjExMjQwNDExMTVaFw0zNjExMjEwNDExMTVaMAwx\n" \
	"CjAIBgNVBAMMAWEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQTFhKqTG5Q+sqI\n" \
	"tKDS8AbPIlxQKCknJ2AeJKYjIvIq8sQhH5MQnPLaIkaOfaocTJBqdR/tBlYfQT4G\n" \
	"D8Mh4Kg2o1MwUTAdBgNVHQ4EFgQUbq1kym5nljvwDjiuahqJ5xvhoOUwHwYDVR0j\n" \
	"BBgwFoAUbq1kym5nljvwDjiuahqJ5xvhoOUwDwYDVR0TAQH/BAUwAwEB/zAKBggq\n" \
	"hkjOPQQDAgNHADBEAiBkWpLManh5PI/xSjXKEq9u0FD8FiQt/O3Pfsn4pggz0wIg\n" \
	"LE+Qs4V85ic1I5Xmf4ujU6ZkGfwDnIGj/YaZ39dntCg=\n"
#define EC_CERT "-----BEGIN CERTIFICATE-----\n" EC_BODY "-----END CERTIFICATE-----\n"
/* EC_BODY without line breaks */
#define EC_LINE \
	"MIIBbDCCAROgAwIBAgIUBghEskkc+nZ/HxjAvtmk+Y+WqaowCgYIKoZIzj0EAwIw" \
	"DDEKMAgGA1UEAwwBYTAeFw0yNjExMjQwNDExMTVaFw0zNjExMjEwNDExMTVaMAwx" \
	"CjAIBgNVBAMMAWEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQTFhKqTG5Q+sqI" \
	"tKDS8AbPIlxQKCknJ2AeJKYjIvIq8sQhH5MQnPLaIkaOfaocTJBqdR/tBlYfQT4G" \
	"D8Mh4Kg2o1MwUTAdBgNVHQ4EFgQUbq1kym5nljvwDjiuahqJ5xvhoOUwHwYDVR0j" \
	"BBgwFoAUbq1kym5nljvwDjiuahqJ5xvhoOUwDwYDVR0TAQH/BAUwAwEB/zAKBggq" \
	"hkjOPQQDAgNHADBEAiBkWpLManh5PI/xSjXKEq9u0FD8FiQt/O3Pfsn4pggz0wIg" \
	"LE+Qs4V85ic1I5Xmf4ujU6ZkGfwDnIGj/YaZ39dntCg="
/* The certificate of EC_BODY and one with an Ed25519 key. */
#define PKCS7 \
	"-----BEGIN PKCS7-----\n" \
	"MIICywYJKoZIhvcNAQcCoIICvDCCArgCAQExADALBgkqhkiG9w0BBwGgggKgMIIB\n" \
	"bDCCAROgAwIBAgIUBghEskkc+nZ/HxjAvtmk+Y+WqaowCgYIKoZIzj0EAwIwDDEK\n" \
	"MAgGA1UEAwwBYTAeFw0yNjExMjQwNDExMTVaFw0zNjExMjEwNDExMTVaMAwxCjAI\n" \
	"BgNVBAMMAWEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQTFhKqTG5Q+sqItKDS\n" \
	"8AbPIlxQKCknJ2AeJKYjIvIq8sQhH5MQnPLaIkaOfaocTJBqdR/tBlYfQT4GD8Mh\n" \
	"4Kg2o1MwUTAdBgNVHQ4EFgQUbq1kym5nljvwDjiuahqJ5xvhoOUwHwYDVR0jBBgw\n" \
	"FoAUbq1kym5nljvwDjiuahqJ5xvhoOUwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjO\n" \
	"PQQDAgNHADBEAiBkWpLManh5PI/xSjXKEq9u0FD8FiQt/O3Pfsn4pggz0wIgLE+Q\n" \
	"s4V85ic1I5Xmf4ujU6ZkGfwDnIGj/YaZ39dntCgwggEsMIHfoAMCAQICFEvBFIrv\n" \
	"qEl1YL0iEjxXOM30ct+EMAUGAytlcDAMMQowCAYDVQQDDAFjMB4XDTI2MTEyNDA0\n" \
	"MTExNVoXDTM2MTEyMTA0MTExNVowDDEKMAgGA1UEAwwBYzAqMAUGAytlcAMhAFhz\n" \
	"XfjKreRNB6OR5cPBCM6wF8ZJPHrE6ZVsABArfnZUo1MwUTAdBgNVHQ4EFgQU17s4\n" \
	"wpQl88LR8vgLgzjHlto2S8cwHwYDVR0jBBgwFoAU17s4wpQl88LR8vgLgzjHlto2\n" \
	"S8cwDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXADQQCKeqUTzNOpRr50Wp2cdOdFnik1\n" \
	"ItpIgwCay+7zcrLHETpNARBmVrrkEf8X36yQ856svIp7FnGPiWtI+42m8T0IMQA=\n" \
	"-----END PKCS7-----\n"
/* A modulus of 512 bits. */
#define HEX \
	"f2c2529e3cf5951e54c1d2a64b7ac27ac398fcfa03a1d494fa2b9855a856ff3a562e6ba01179ce2fb2bd009134ca079640198dac9415f749cb86dfcd5b76" \
	"6a95"

#endif
